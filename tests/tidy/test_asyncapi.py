"""The AsyncAPI document, read by the official parser where Node.js is there."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from maillage_contracts.catalogue import CATALOGUE, topic_specs
from maillage_hub.runtime import places

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "tools/asyncapi"
FILES = ("package.json", "package-lock.json", "check.mjs")
DOCUMENT = (ROOT / "libs/contracts/asyncapi.yaml").read_text()
INSTALL_S_MAX = 240
READ_S_MAX = 60
UNREACHABLE = re.compile(
    r"E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH)"
)

pytestmark = pytest.mark.timeout(INSTALL_S_MAX + READ_S_MAX)


@pytest.fixture(scope="session")
def parser() -> Path:
    """Folder with the parser, installed once for each lock; the tests skip where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("the AsyncAPI document is not checked: no Node.js on this machine")
    cache = places.cache()
    mark = hashlib.sha256(b"".join((PROJECT / name).read_bytes() for name in FILES)).hexdigest()
    folder = cache / f"asyncapi-{mark[:16]}"
    if not folder.exists():
        fresh = cache / f"asyncapi-{mark[:16]}.{os.getpid()}"
        fresh.mkdir(parents=True)
        for name in FILES:
            shutil.copy(PROJECT / name, fresh)
        _install(npm, fresh)
        fresh.rename(folder)
    return folder


def _install(npm: str, folder: Path) -> None:
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=INSTALL_S_MAX,
        check=False,
    )
    if done.returncode:
        shutil.rmtree(folder)
        if UNREACHABLE.search(done.stderr):
            pytest.skip("the AsyncAPI document is not checked: no package registry in reach")
        pytest.fail(done.stderr)


def _read(parser: Path, document: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", "check.mjs", str(document)],  # noqa: S607 -- the one on the path
        cwd=parser,
        capture_output=True,
        text=True,
        timeout=READ_S_MAX,
        check=False,
    )


def test_the_official_parser_finds_no_fault(parser: Path) -> None:
    done = _read(parser, ROOT / "libs/contracts/asyncapi.yaml")

    assert done.returncode == 0, done.stdout + done.stderr
    facts = [spec for spec in topic_specs("t") if not spec.name.endswith(".dlt")]
    assert f"{len(facts)} channels, {len(CATALOGUE)} messages" in done.stdout


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("#/components/messages/flow.opened'", "#/components/messages/flow.closed'"),
        ("action: send", "action: post"),
        ("partitions: 6", "partitions: six"),
    ],
    ids=["a reference to nowhere", "an action that is none", "words for a number"],
)
def test_the_official_parser_would_find_one(
    parser: Path, tmp_path: Path, right: str, wrong: str
) -> None:
    assert right in DOCUMENT
    document = tmp_path / "asyncapi.yaml"
    document.write_text(DOCUMENT.replace(right, wrong))

    assert _read(parser, document).returncode == 1
