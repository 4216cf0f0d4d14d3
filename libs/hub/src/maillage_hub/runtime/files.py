"""Files as the runtime needs them: written whole or not at all, secret, held by one process."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE_FOLDER = 0o700


def write_whole(path: Path, text: str) -> None:
    """Replace a file so that a reader, or a crash, never sees half of it. Mode 0600."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    Path(temporary).replace(path)


def read_json(path: Path) -> object:
    """The JSON of a file; None when there is no such file."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Wait until no other process holds this file, and hold it."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
