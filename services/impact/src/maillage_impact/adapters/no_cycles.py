"""Long work on many small values, none of which refers to itself."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_cycles() -> Generator[None]:
    """Let nobody look for cycles: a million lines took twice as long to go through otherwise."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
