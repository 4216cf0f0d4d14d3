"""Write jars.lock again: `python -m maillage_hub.runtime.relock`, after ROOTS has changed."""

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from jgo.maven import Artifact
from jgo.parse import Coordinate

from maillage_hub.runtime.jars import LOCK_FILE, ROOTS, Jar, maven

HEADER = f"""\
# The closure of {" and ".join(ROOTS)}.
# Coordinate, bytes, SHA-256. Written by `python -m maillage_hub.runtime.relock`.
"""


def main() -> int:
    """Resolve the closure of ROOTS, download it whole, and write what it is."""
    with tempfile.TemporaryDirectory() as repository:
        jars = sorted(map(_described, _closure(Path(repository))), key=lambda jar: jar.coordinate)
    lines = [f"{jar.coordinate} {jar.size_bytes} {jar.sha256}\n" for jar in jars]
    LOCK_FILE.write_text(HEADER + "".join(lines))
    print(f"{LOCK_FILE}: {len(jars)} jars")
    return 0


def _closure(repository: Path) -> Iterator[Artifact]:
    context = maven(repository)
    roots = [replace(Coordinate.parse(root), scope="compile") for root in ROOTS]
    inputs, others = context.resolver.resolve([context.create_dependency(root) for root in roots])
    for dependency in [*inputs, *others]:
        if dependency.scope in ("compile", "runtime"):
            yield dependency.artifact


def _described(artifact: Artifact) -> Jar:
    content = artifact.resolve().read_bytes()
    coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
    return Jar(coordinate, len(content), hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    sys.exit(main())
