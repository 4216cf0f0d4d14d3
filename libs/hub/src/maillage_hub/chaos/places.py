"""What a broken hub stands on: disks that can be full, and clocks that can be wrong."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from maillage_hub.runtime.files import write_whole
from maillage_hub.runtime.places import OPEN, HubFolder

DISK_BYTES = 6 * 2**30
"""How much a disk may hold before it is filled; memory is taken for what it does hold."""
ROOM_LEFT_BYTES = [2**size for size in range(16, 23)]
"""64 KiB to 4 MiB: the next, where a disk fills itself more quickly than it is made smaller."""
MOUNT_TIMEOUT_S = 10
LIBRARY = "faketime/libfaketimeMT.so.1"
CLOCK_READ_EVERY_S = 1


class DiskFolder(HubFolder):
    """The folder of a hub whose servers keep their data on a disk of their own each."""

    @property
    def postgres(self) -> Path:
        """One deeper than usual: data is moved into its place, and a mount cannot be replaced."""
        return self.path / "postgres" / "data"

    @property
    def disks(self) -> Mapping[str, Path]:
        """Where a disk belongs, by the name of the server."""
        return {"postgres": self.path / "postgres", "kafka": self.kafka}


@dataclass(frozen=True)
class Disk:
    """A file system in memory, whose size can be changed while it is used."""

    place: Path

    def mount(self) -> None:
        """Make it, over an empty folder; for the superuser only."""
        options = f"size={DISK_BYTES},mode={OPEN:o}"
        _run("mount", "-t", "tmpfs", "-o", options, "maillage", str(self.place))

    def unmount(self) -> None:
        """Take it away, with all that is on it."""
        _run("umount", "--lazy", str(self.place))

    @contextmanager
    def full(self) -> Generator[None]:
        """Have next to no room left for the length of a block."""
        try:
            for left in ROOM_LEFT_BYTES:
                with suppress(subprocess.CalledProcessError):  # more was written meanwhile
                    self._resize(shutil.disk_usage(self.place).used + left)
                    break
            yield
        finally:
            self._resize(DISK_BYTES)

    def _resize(self, size: int) -> None:
        _run("mount", "-o", f"remount,size={size}", str(self.place))


def can_mount() -> bool:
    """Whether this account may make a disk in memory; only Linux has them."""
    with tempfile.TemporaryDirectory(prefix="maillage-disk-") as folder:
        disk = Disk(Path(folder))
        try:
            disk.mount()
        except (OSError, subprocess.SubprocessError):
            return False
        disk.unmount()
    return True


@dataclass(frozen=True)
class Clock:
    """The clock on the wall of one process; what measures durations in it stays right."""

    file: Path

    def variables(self, library: Path) -> dict[str, str]:
        """What the environment of the process must have."""
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": str(CLOCK_READ_EVERY_S),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    @contextmanager
    def turned(self, hours: int) -> Generator[None]:
        """Be so many hours ahead, or behind, for the length of a block; then jump back."""
        self.turn(hours)
        try:
            yield
        finally:
            self.turn(0)

    def turn(self, hours: int) -> None:
        """Be so many hours ahead, or behind, until told otherwise."""
        write_whole(self.file, f"{hours:+d}h\n")


def faketime_library() -> Path | None:
    """The library that turns clocks, where it is installed (Debian: libfaketime)."""
    found = [*Path("/usr/lib").glob(LIBRARY), *Path("/usr/lib").glob(f"*/{LIBRARY}")]
    return found[0] if found else None


def _run(*command: str) -> None:
    environment = {**os.environ, "LC_ALL": "C"}
    subprocess.run(
        command, check=True, capture_output=True, env=environment, timeout=MOUNT_TIMEOUT_S
    )
