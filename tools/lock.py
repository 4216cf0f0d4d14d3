"""Write the requirement locks from the pyproject.toml files, or say whether they are in step.

Two files with hashes, valid for every platform and Python from 3.11 on: `requirements/runtime.txt`
runs a hub, `requirements/dev.txt` is the same versions plus what checks and tests them. The first
line of each holds a digest of what it was made from, so `--check` needs no network.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"
COOLDOWN_DAYS = 7  # a poisoned release is usually found and withdrawn within days
RESOLVE_S_MAX = 600
GROUPS = ("libs", "services")
OURS = re.compile(r"maillage-[a-z]+")
HEADER = "# made by tools/lock.py from inputs "


def runtime_inputs(root: Path) -> list[str]:
    """Requirements of every distribution and of the build, our own distributions apart."""
    declared = (line for project in _projects(root) for line in project.get("dependencies", []))
    return _others([*declared, *_requirements(root / "requirements/build.in")])


def dev_inputs(root: Path) -> list[str]:
    """Requirements of checks and tests, and extras, on top of those of the runtime."""
    extras = (project.get("optional-dependencies", {}) for project in _projects(root))
    declared = (line for extra in extras for lines in extra.values() for line in lines)
    asked = [*runtime_inputs(root), *declared, *_requirements(root / "requirements/dev.in")]
    return _others(asked)


def _others(lines: Iterable[str]) -> list[str]:
    return sorted({line for line in lines if not OURS.fullmatch(line)})


LOCKS = {"runtime": runtime_inputs, "dev": dev_inputs}


def digest(lines: Iterable[str]) -> str:
    """Return the SHA-256, in hexadecimal, of the requirements a lock is made from."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def out_of_step(root: Path) -> list[str]:
    """Name the locks that were not made from today's requirements."""
    return [
        name
        for name, inputs in LOCKS.items()
        if _first_line(lock_file(root, name)) != HEADER + digest(inputs(root))
    ]


def lock_file(root: Path, name: str) -> Path:
    """Return the path of the lock called `runtime` or `dev`."""
    return root / f"requirements/{name}.txt"


def write(root: Path, *, upgrade: bool) -> None:
    """Resolve and write both locks; versions already locked are kept unless `upgrade`."""
    for name, inputs in LOCKS.items():
        target = lock_file(root, name)
        lines = inputs(root)
        constraints = ["--constraints", "requirements/runtime.txt"] if name == "dev" else []
        _resolve(root, lines, target, [*constraints, *(["--upgrade"] if upgrade else [])])
        resolved = target.read_text()
        target.write_text(f"{HEADER}{digest(lines)}\n{resolved}")
        print(f"{target.relative_to(root)}: {resolved.count('==')} packages")


def _projects(root: Path) -> Iterator[dict[str, Any]]:  # TOML: anything
    for group in GROUPS:
        for file in root.glob(f"{group}/*/pyproject.toml"):
            yield tomllib.loads(file.read_text())["project"]


def _requirements(file: Path) -> list[str]:
    lines = (line.split(" #")[0].strip() for line in file.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _first_line(file: Path) -> str:
    return file.read_text().partition("\n")[0] if file.exists() else ""


def _resolve(root: Path, lines: list[str], target: Path, extra: list[str]) -> None:
    settled = datetime.now(UTC) - timedelta(days=COOLDOWN_DAYS)
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "-", "--quiet"),
            *("--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"),
            *("--exclude-newer", settled.date().isoformat(), "--only-binary", ":all:"),
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
            *("--output-file", str(target)),
            *extra,
        ],
        input="\n".join(lines),
        cwd=root,
        env=_environment(),
        text=True,
        check=True,
        timeout=RESOLVE_S_MAX,
    )


def _environment() -> dict[str, str]:
    """Return the environment without what would slip a private source of packages into a lock."""
    leaks = ("PIP_FIND_LINKS", "UV_FIND_LINKS", "UV_CONFIG_FILE", "UV_OVERRIDE", "UV_CONSTRAINT")
    return {key: value for key, value in os.environ.items() if key not in leaks}


def main() -> int:
    """Run the command line; 1 when a lock is out of step."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare only; needs no network")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    wanted = parser.parse_args()
    if not wanted.check:
        write(ROOT, upgrade=wanted.upgrade)
        return 0
    stale = out_of_step(ROOT)
    for name in stale:
        print(f"requirements/{name}.txt is not made from today's requirements: run `make lock`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
