"""The jars of Kafka come from a repository that is not trusted: what is not locked is not run."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from maillage_hub.runtime import jars
from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.jars import fetch_jars, jars_below, locked_jars

CONTENT = b"not really a jar"

Lock = Callable[[str], object]


class Repository:
    """A Maven repository on this machine that counts what is asked of it."""

    def __init__(self, folder: Path, address: str, asked: list[str]) -> None:
        self.folder = folder
        self.address = address
        self.asked = asked

    def publish(self, artifact: str, content: bytes = CONTENT) -> str:
        """Serve this content as org.example:artifact:1.0; returns its line of a lock."""
        path = self.folder / "org" / "example" / artifact / "1.0" / f"{artifact}-1.0.jar"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        return f"org.example:{artifact}:1.0 {len(CONTENT)} {hashlib.sha256(CONTENT).hexdigest()}\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name there
            asked.append(format % args)

    folder = tmp_path / "repository"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    settings = tmp_path / "jgo.conf"
    settings.write_text(f"[repositories]\ncentral = {address}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    yield Repository(folder, address, asked)
    server.shutdown()
    server.server_close()


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lock:
    """Make the lock say this instead of what it says."""
    path = tmp_path / "jars.lock"
    monkeypatch.setattr(jars, "LOCK_FILE", path)
    return path.write_text


def nothing(_: str) -> None:
    """Say nothing."""


def damage(jar: Path) -> None:
    jar.write_bytes(CONTENT[:5])


def test_every_jar_is_locked_by_its_content() -> None:
    for jar in locked_jars():
        assert jar.coordinate.count(":") == 2
        assert len(bytes.fromhex(jar.sha256)) == 32
        assert jar.size_bytes > 0
    assert any(jar.coordinate == jars.ROOTS[0] for jar in locked_jars())


async def test_fetches_once_and_then_needs_no_network(
    repository: Repository, lock: Lock, tmp_path: Path
) -> None:
    lock("# a comment\n" + repository.publish("one") + repository.publish("two"))
    said: list[str] = []

    await fetch_jars(tmp_path, said.append)
    asked = len(repository.asked)
    await fetch_jars(tmp_path, said.append)

    assert [path.read_bytes() for path in jars_below(tmp_path)] == [CONTENT, CONTENT]
    assert len(repository.asked) == asked
    assert said == [
        "Fetching Apache Kafka: 2 jars, 0.0 MB",
        "  0.0 MB of 0.0 MB",
    ]


async def test_a_jar_that_is_not_the_locked_one_is_refused(
    repository: Repository, lock: Lock, tmp_path: Path
) -> None:
    lock(repository.publish("one", b"something else"))

    with pytest.raises(HubFailure, match=r"org\.example:one:1\.0 .* is not the file"):
        await fetch_jars(tmp_path, nothing)

    assert not any(path.exists() for path in jars_below(tmp_path))
    assert sum("one-1.0.jar " in request for request in repository.asked) == jars.ATTEMPTS_MAX


async def test_a_damaged_jar_is_fetched_again(
    repository: Repository, lock: Lock, tmp_path: Path
) -> None:
    lock(repository.publish("one"))
    await fetch_jars(tmp_path, nothing)
    [jar] = jars_below(tmp_path)
    damage(jar)

    await fetch_jars(tmp_path, nothing)

    assert jar.read_bytes() == CONTENT


async def test_what_a_killed_download_left_is_removed(
    repository: Repository, lock: Lock, tmp_path: Path
) -> None:
    lock(repository.publish("one"))
    abandoned = tmp_path / "jars" / ".incoming-abandoned"
    abandoned.mkdir(parents=True)

    await fetch_jars(tmp_path, nothing)

    assert not abandoned.exists()


async def test_says_which_jar_cannot_be_had(
    repository: Repository, lock: Lock, tmp_path: Path
) -> None:
    lock(repository.publish("one").replace(":one:", ":gone:"))

    with pytest.raises(HubFailure, match=r"org\.example:gone:1\.0 cannot be downloaded"):
        await fetch_jars(tmp_path, nothing)
