"""Writes every generated file: schemas, records, AsyncAPI, pages of docs/, a pack's full day.

`python tools/generate.py` writes them; with `--check` it names those that are stale and exits 1.
`--release 0.1.0` also keeps today's schemas: what comes later must go on with them.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import asyncapi_document
import compatibility
import docs_authorisation
import docs_benchmarks
import docs_cli
import docs_events
import docs_impact
import docs_lead_reasons
import docs_lifecycles
import docs_metrics
import docs_reasons
import docs_settings
import event_schemas
import full_day
import golden
import kubernetes_bus
import kubernetes_monitoring

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = event_schemas.FOLDER
RELEASED = "libs/contracts/released"

# Nothing in these folders is written by hand, README.md of the records aside.
OWNED = (f"{SCHEMAS}/*.json", f"{golden.FOLDER}/*.json", f"{docs_events.FOLDER}/*.md")


def pages(root: Path) -> dict[str, str]:
    """Every generated file by its path, as it must be."""
    return {
        **printed(),
        **docs_benchmarks.pages(root),
        **golden.pages(root),
        **kubernetes_monitoring.pages(root),
    }


@cache
def printed() -> Mapping[str, str]:
    """Those that follow from the code alone."""
    return {
        **event_schemas.pages(),
        **asyncapi_document.pages(),
        **docs_events.pages(),
        **docs_impact.pages(),
        **docs_lead_reasons.pages(),
        **docs_authorisation.pages(),
        **docs_cli.pages(),
        **docs_settings.pages(),
        **docs_metrics.pages(),
        **docs_reasons.pages(),
        **docs_lifecycles.pages(),
        **full_day.pages(),
        **kubernetes_bus.pages(),
    }


def refused(root: Path, wanted: Mapping[str, str]) -> list[str]:
    """What the schemas would break for those who read or wrote the committed and released ones."""
    schemas = {
        Path(path).name: json.loads(text)
        for path, text in wanted.items()
        if Path(path).parent == Path(SCHEMAS)
    }
    older = [root / SCHEMAS, *sorted((root / RELEASED).glob("*"))]
    return sorted(set(compatibility.complaints(schemas, older)))


def stale(root: Path, wanted: Mapping[str, str]) -> list[str]:
    """Paths of the files that are missing, that differ, or that nothing generates any more."""
    there = {file.relative_to(root).as_posix() for pattern in OWNED for file in root.glob(pattern)}
    differing = {path for path, text in wanted.items() if _text(root / path) != text}
    return sorted((there - wanted.keys()) | differing)


def write(root: Path, wanted: Mapping[str, str], paths: Iterable[str]) -> None:
    """Write these files, and remove those that nothing generates any more."""
    for path in paths:
        if path not in wanted:
            (root / path).unlink()
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(wanted[path])


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write or check; 1 when something is stale or would break a reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale")
    parser.add_argument("--release", metavar="VERSION", help="keep the schemas of this version")
    told = parser.parse_args(arguments)
    check: bool = told.check
    wanted = pages(root)
    if faults := refused(root, wanted):
        print(*faults, "An unpublished schema may be deleted, then made again.", sep="\n")
        return 1
    paths = stale(root, wanted)
    if not check:
        write(root, wanted, paths)
    if told.release:
        shutil.copytree(root / SCHEMAS, root / RELEASED / told.release)
    for path in paths:
        print(f"{path}: {'stale, run `make schemas docs`' if check else 'written'}")
    print(f"generate: {len(wanted)} files, {len(paths)} {'stale' if check else 'written'}")
    return 1 if check and paths else 0


def _text(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
