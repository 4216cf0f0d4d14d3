"""The import rules of pyproject.toml: one violation of each kind is planted, and reported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("flows", "impact", "matching", "registry", "tours")
LAYERS = ("domain", "usecases", "adapters", "entrypoints")
LINT_S_MAX = 60

FORBIDDEN = [
    ("maillage_flows/usecases/verb.py", "maillage_matching.domain"),
    ("maillage_contracts/vocabulary.py", "maillage_common"),
    ("maillage_common/outbox.py", "maillage_flows"),
    ("maillage_flows/wiring.py", "maillage_hub"),
    ("maillage_tours/domain/rule.py", "maillage_tours.usecases"),
    ("maillage_tours/usecases/verb.py", "maillage_tours.adapters"),
    ("maillage_tours/usecases/verb.py", "maillage_tours.entrypoints"),
    ("maillage_tours/usecases/verb.py", "maillage_tours.wiring"),
    ("maillage_tours/adapters/postgres.py", "maillage_tours.entrypoints"),
    ("maillage_tours/entrypoints/kafka.py", "maillage_tours.adapters"),
    ("maillage_tours/usecases/verb.py", "asyncpg"),
    ("maillage_impact/usecases/verb.py", "faststream.kafka"),
    ("maillage_tours/adapters/solver.py", "pyvrp"),
    ("maillage_tours/extras.py", "maillage_tours.domain"),  # a layer that nobody declared
]


@pytest.mark.parametrize(("where", "module"), FORBIDDEN)
def test_a_planted_import_is_reported(packages: Path, where: str, module: str) -> None:
    plant(packages / where, f"import {module}\n")

    assert lint(packages).returncode == 1


def test_the_way_down_is_allowed(packages: Path) -> None:
    plant(packages / "maillage_tours/wiring.py", "import maillage_tours.adapters.postgres\n")
    plant(packages / "maillage_tours/adapters/postgres.py", "import asyncpg\n")
    plant(packages / "maillage_tours/usecases/verb.py", "import maillage_common.outbox\n")
    plant(packages / "maillage_common/outbox.py", "import asyncpg, maillage_contracts\n")

    done = lint(packages)

    assert done.returncode == 0, done.stdout


def test_the_real_packages_keep_the_rules() -> None:
    done = lint(None)

    assert done.returncode == 0, done.stdout


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Empty packages with the names and layers of the real ones."""
    for library in ("common", "contracts", "hub"):
        plant(tmp_path / f"maillage_{library}/__init__.py", "")
    for service in SERVICES:
        plant(tmp_path / f"maillage_{service}/__init__.py", "")
        plant(tmp_path / f"maillage_{service}/wiring.py", "")
        for layer in LAYERS:
            plant(tmp_path / f"maillage_{service}/{layer}/__init__.py", "")
    plant(tmp_path / "maillage_tours/adapters/solver.py", "")
    return tmp_path


def plant(path: Path, text: str) -> None:
    """Write a file and the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def lint(packages: Path | None) -> subprocess.CompletedProcess[str]:
    """Run import-linter with our rules on the given packages, or on the real ones."""
    found_first = {"PYTHONPATH": str(packages)} if packages else {}
    return subprocess.run(
        [
            str(Path(sys.executable).with_name("lint-imports")),
            *("--config", str(ROOT / "pyproject.toml"), "--no-cache"),
        ],
        cwd=packages or ROOT,
        env={**os.environ, **found_first},
        capture_output=True,
        text=True,
        check=False,
        timeout=LINT_S_MAX,
    )
