"""Header names that are no UTF-8 are read as far as they can be: the client stumbles over them.

aiokafka 0.14 raises in the middle of a fetch. It then gives that partition's records never more,
and drops those of other partitions that it had in hand: they are acknowledged unseen.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from aiokafka.consumer import fetcher
from aiokafka.record import default_records as batches
from aiokafka.record import memory_records as answers


def forgive_header_names() -> None:
    """Have every consumer of this process read them."""
    fetcher.MemoryRecords = _Answer


class _Answer(answers._MemoryRecordsPy):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] the only way in
    """All batches of an answer of the bus; the client's own class cannot be led another way."""

    def next_batch(self) -> "_Batch":
        raw = self._next_slice
        super().next_batch()
        return _Batch(raw)


class _Batch(batches._DefaultRecordBatchPy):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] as above
    """A batch read quickly, and slowly from the first name on that cannot be read."""

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for read, record in enumerate(batches.DefaultRecordBatch(self._buffer), 1):  # noqa: B007
                yield record
        except UnicodeDecodeError:
            self._maybe_uncompress()
            self._buffer = _Forgiving(self._buffer)
            yield from islice(iter(self.__next__, None), read, None)


class _Forgiving(bytearray):
    """Bytes that decode to something, whatever they are."""

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401 as bytearray: a byte, or a part
        found = cast("int | bytearray", super().__getitem__(at))
        return found if isinstance(found, int) else _Forgiving(found)

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, errors)
