"""The recipe of the images is sound, and what it installs runs: shown without an engine."""

import json
import os
import re
import subprocess
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from maillage_contracts.catalogue import SERVICES

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "deploy/images/Dockerfile"
PROJECTS = sorted(file.parent for file in ROOT.glob("*/*/pyproject.toml"))
COMMAND_S_MAX = 60


def test_the_recipe_has_no_fault_that_hadolint_knows() -> None:
    done = subprocess.run(
        [f"{sysconfig.get_path('scripts')}/hadolint", str(RECIPE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_S_MAX,
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_an_image_is_small_and_may_little() -> None:
    [*_, last] = re.split(r"^FROM .*$", RECIPE.read_text(), flags=re.MULTILINE)
    copied = re.findall(r"^COPY (.*)$", last, re.MULTILINE)

    assert copied == ["--from=environment /maillage /maillage"]  # neither source nor wheels
    assert "pip uninstall --yes" in last
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^ENTRYPOINT (.*)$", last, re.MULTILINE) == ['["python", "-m"]']


def test_what_the_recipe_copies_is_sent_to_the_builder() -> None:
    kept = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = re.findall(r"^COPY (?!--)(.*) \S+$", RECIPE.read_text(), re.MULTILINE)

    assert {path for line in copied for path in line.split()} == set(kept)
    assert all((ROOT / path).exists() for path in kept)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Path, Path]:
    """The wheel of each of our distributions."""
    folder = tmp_path_factory.mktemp("wheels")
    return {
        project: Path(next(WheelBuilder(str(project)).build(directory=str(folder))))
        for project in PROJECTS
    }


@pytest.fixture(scope="module")
def python(wheels: Mapping[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with our wheels, and from our own environment only what others made."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    [site] = home.glob("lib/python*/site-packages")
    for wheel in wheels.values():
        with ZipFile(wheel) as archive:
            archive.extractall(site)
    # A line in such a file is one more folder to import from; those in *that* folder, which lead to
    # our sources, are not followed.
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    return home / "bin/python"


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_a_wheel_holds_every_file_of_its_package(
    project: Path, wheels: Mapping[Path, Path]
) -> None:
    sources = {
        file.relative_to(project / "src").as_posix()
        for file in project.glob("src/**/*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    assert sources <= set(ZipFile(wheels[project]).namelist())


@pytest.mark.parametrize("service", SERVICES)
def test_an_installed_service_reads_its_settings(service: str, python: Path) -> None:
    told = {
        "MAILLAGE_TERRITORY": "jourdies",
        "MAILLAGE_DATABASE_URL": f"postgresql://{service}@127.0.0.1:5432/{service}",
        "MAILLAGE_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
        "MAILLAGE_AUTH_ISSUER": "https://identity.example",
        "MAILLAGE_AUTH_JWKS_URL": "https://identity.example/certs",
    }
    answer = json.loads(_run(python, told, "-m", f"maillage_{service}", "check-config"))

    assert answer["service"] == service
    assert answer["territory"] == "jourdies"


def test_the_installed_command_explains_itself_and_is_not_that_of_the_sources(python: Path) -> None:
    where = "import maillage_hub, maillage_common as c; print(maillage_hub.__file__, c.__file__)"

    assert "topics" in _run(python, {}, "-m", "maillage_hub", "--help")
    assert all(
        path.startswith(str(python.parents[1])) for path in _run(python, {}, "-c", where).split()
    )


def _run(python: Path, told: Mapping[str, str], *arguments: str) -> str:
    return subprocess.run(
        [str(python), *arguments],
        env={"PATH": os.environ["PATH"], **told},
        capture_output=True,
        text=True,
        check=True,
        timeout=COMMAND_S_MAX,
    ).stdout
