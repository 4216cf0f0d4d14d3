"""The locks: in step with the pyproject.toml files, hashed, and silent about where to fetch."""

import re
from pathlib import Path

import pytest

import lock

ROOT = Path(__file__).resolve().parents[2]
NAMES = tuple(lock.LOCKS)
PROJECT = '[project]\nname = "maillage-x"\ndependencies = ["maillage-common", "httpx>=0.28"]\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One distribution, with locks whose first lines are right."""
    for name, text in {
        "services/x/pyproject.toml": PROJECT,
        "requirements/build.in": "hatchling>=1.27\n",
        "requirements/dev.in": "# checks\npytest>=9.0  # tests\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name, inputs in lock.LOCKS.items():
        first = f"{lock.HEADER}{lock.digest(inputs(tmp_path))}\n"
        lock.lock_file(tmp_path, name).write_text(first)
    return tmp_path


def test_our_own_distributions_are_not_fetched(checkout: Path) -> None:
    assert lock.runtime_inputs(checkout) == ["hatchling>=1.27", "httpx>=0.28"]
    assert lock.dev_inputs(checkout) == ["hatchling>=1.27", "httpx>=0.28", "pytest>=9.0"]


def test_locks_made_from_todays_requirements_are_in_step(checkout: Path) -> None:
    assert lock.out_of_step(checkout) == []


def test_a_new_requirement_puts_both_locks_out_of_step(checkout: Path) -> None:
    project = checkout / "services/x/pyproject.toml"
    project.write_text(PROJECT.replace('"httpx', '"numpy>=2", "httpx'))

    assert lock.out_of_step(checkout) == ["runtime", "dev"]


def test_an_extra_is_for_tests_only(checkout: Path) -> None:
    project = checkout / "services/x/pyproject.toml"
    project.write_text(PROJECT + '[project.optional-dependencies]\ntesting = ["docker>=7"]\n')

    assert "docker>=7" in lock.dev_inputs(checkout)
    assert "docker>=7" not in lock.runtime_inputs(checkout)


def test_a_new_test_tool_puts_only_the_dev_lock_out_of_step(checkout: Path) -> None:
    (checkout / "requirements/dev.in").write_text("pytest>=9.1\n")

    assert lock.out_of_step(checkout) == ["dev"]


def test_a_lock_that_is_not_there_is_out_of_step(checkout: Path) -> None:
    lock.lock_file(checkout, "runtime").unlink()

    assert lock.out_of_step(checkout) == ["runtime"]


@pytest.mark.parametrize("name", NAMES)
def test_every_locked_package_has_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", lock.lock_file(ROOT, name).read_text())[1:]

    assert len(entries) > 50
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_says_nothing_of_where_it_was_made(name: str) -> None:
    text = lock.lock_file(ROOT, name).read_text()

    assert [word for word in ("://", "--index", "--find-links", "file:") if word in text] == []


def test_checks_and_tests_run_on_the_versions_a_hub_runs_on() -> None:
    runtime, dev = (set(_pins(lock.lock_file(ROOT, name))) for name in ("runtime", "dev"))

    assert runtime <= dev


def _pins(file: Path) -> list[str]:
    return re.findall(r"^\S+==\S+", file.read_text(), re.MULTILINE)
