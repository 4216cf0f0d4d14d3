"""The jars of Apache Kafka: locked with their SHA-256, fetched once, verified at every start."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.files import held
from maillage_hub.runtime.together import all_of

if TYPE_CHECKING:
    from jgo.maven import MavenContext

LOCK_FILE = Path(__file__).with_name("jars.lock")
ROOTS = ("org.apache.kafka:kafka_2.13:4.3.0", "org.slf4j:slf4j-simple:1.7.36")
"""What the lock is the closure of. Without slf4j-simple the broker would log nothing at all."""

FOLDER = "jars"
INCOMING = ".incoming-"
DOWNLOADS_MAX = 8
ATTEMPTS_MAX = 3
TIMEOUT_S = 30
LOOKED_AT_EVERY_S = 0.2
ANNOUNCED_EVERY_BYTES = 10_000_000

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Jar:
    """One line of the lock: a Maven coordinate `group:artifact:version` and what it must be."""

    coordinate: str
    size_bytes: int
    sha256: str

    @property
    def file_name(self) -> str:
        """Name in the cache and on the class path."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    def is_in(self, folder: Path) -> bool:
        """Whether the folder holds exactly this jar."""
        path = folder / self.file_name
        return path.is_file() and self.is_at(path)

    def is_at(self, path: Path) -> bool:
        """Whether the file is exactly this jar."""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


def locked_jars() -> tuple[Jar, ...]:
    """The jars of the lock file, one a line: coordinate, bytes, SHA-256."""
    lines = [line for line in LOCK_FILE.read_text().splitlines() if not line.startswith("#")]
    return tuple(
        Jar(coordinate, int(size), sha256) for coordinate, size, sha256 in map(str.split, lines)
    )


def jars_below(cache: Path) -> tuple[Path, ...]:
    """Where the jars are, once fetched."""
    return tuple(cache / FOLDER / jar.file_name for jar in locked_jars())


async def fetch_jars(cache: Path, tell: Tell) -> None:
    """Verify the jars below `cache`, and download those that are missing or damaged.

    Says through `tell` what it downloads. Raises HubFailure when a jar cannot be had, or is not
    the one that was locked. Several processes may call this at once: one downloads, the others
    wait for it.
    """
    folder = cache / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    while missing := [jar for jar in locked_jars() if not jar.is_in(folder)]:
        with held(folder / ".lock") as ours:
            if ours:
                _clear_abandoned(folder)
                await _download(missing, folder, tell)
            else:
                await asyncio.sleep(LOOKED_AT_EVERY_S)


def maven(repository: Path) -> "MavenContext":
    """The Maven repositories of this machine's jgo settings, kept below `repository`."""
    # Twenty MiB of a supervisor that will rarely download anything again.
    from jgo.config import GlobalSettings  # noqa: PLC0415
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    remotes = {"central": MAVEN_CENTRAL_URL} | GlobalSettings.load().repositories
    return MavenContext(repo_cache=repository, remote_repos=remotes, timeout=TIMEOUT_S)


def _clear_abandoned(folder: Path) -> None:
    for incoming in folder.glob(f"{INCOMING}*"):
        shutil.rmtree(incoming)


async def _download(jars: list[Jar], folder: Path, tell: Tell) -> None:
    progress = _Progress(sum(jar.size_bytes for jar in jars), tell)
    tell(f"Fetching Apache Kafka: {len(jars)} jars, {_megabytes(progress.total_bytes)}")
    turns = asyncio.Semaphore(DOWNLOADS_MAX)
    # Beside the jars, so that moving a verified one to its place cannot leave half a file.
    with tempfile.TemporaryDirectory(dir=folder, prefix=INCOMING) as incoming:
        context = maven(Path(incoming))

        async def fetch(jar: Jar) -> None:
            async with turns:
                await asyncio.to_thread(_fetch, jar, context, folder)
            progress.add(jar.size_bytes)

        await all_of(fetch(jar) for jar in jars)


def _fetch(jar: Jar, context: "MavenContext", folder: Path) -> None:
    group, artifact, version = jar.coordinate.split(":")
    wanted = context.project(group, artifact).at_version(version).artifact()
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            path = wanted.resolve()
        except (OSError, RuntimeError) as error:  # those of the network are OSErrors as well
            if attempt == ATTEMPTS_MAX:
                raise HubFailure(f"{jar.coordinate} cannot be downloaded: {error}") from error
            continue
        if jar.is_at(path):
            path.replace(folder / jar.file_name)
            return
        path.unlink()
    raise HubFailure(
        f"{jar.coordinate} was downloaded {ATTEMPTS_MAX} times and is not the file that was "
        f"locked (SHA-256 {jar.sha256}): it is not used. Ask who runs your Maven mirror."
    )


class _Progress:
    """Says every few megabytes how far a download is."""

    def __init__(self, total_bytes: int, tell: Tell) -> None:
        self.total_bytes = total_bytes
        self._tell = tell
        self._done_bytes = 0
        self._told_bytes = 0

    def add(self, more_bytes: int) -> None:
        self._done_bytes += more_bytes
        is_last = self._done_bytes == self.total_bytes
        if is_last or self._done_bytes - self._told_bytes >= ANNOUNCED_EVERY_BYTES:
            self._told_bytes = self._done_bytes
            self._tell(f"  {_megabytes(self._done_bytes)} of {_megabytes(self.total_bytes)}")


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
