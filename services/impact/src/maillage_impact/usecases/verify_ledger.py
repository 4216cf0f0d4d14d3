"""Follow the whole chain of the ledger: every line, and every sum, must be as it was written."""

from dataclasses import dataclass

from maillage_impact.domain.seal import EMPTY, Broken, Head, examine
from maillage_impact.domain.sums import DayKey, Sum, add_by_day, unequal
from maillage_impact.usecases.store import Store

PAGE_LINES = 5_000


@dataclass(frozen=True)
class Verified:
    """How far the chain holds, and where it does not."""

    head: Head
    broken: Broken | None
    is_known_head_there: bool | None
    """Whether a hash that somebody kept is that of a line; None when none was given."""


async def verify_ledger(store: Store, known_hash: bytes | None = None) -> Verified:
    """Read the ledger page by page. `known_hash` is a head that was noted earlier.

    Without it, the last lines could be taken away together with what says how many there are.
    """
    head, seen = EMPTY, known_hash == EMPTY.hash
    days: dict[DayKey, Sum] = {}
    while lines := await store.chain(head.place, PAGE_LINES):
        seen = seen or any(line.hash == known_hash for line in lines)
        head, broken = examine(lines, head)
        if broken is not None:
            return Verified(head, broken, None if known_hash is None else seen)
        add_by_day(days, (line.entry for line in lines))
    kept = await store.head()
    broken = None
    if kept != head:
        broken = Broken(head.place + 1, f"the ledger says that it has {kept.place} lines")
    elif unpaired := await store.unpaired():
        broken = Broken(head.place, f"line {unpaired} is corrected but not taken back")
    elif day := unequal(days, await store.days()):
        broken = Broken(
            head.place, f"the sum kept for {day[1]} on {day[2]} is not that of its lines"
        )
    elif known_hash is not None and not seen:
        broken = Broken(head.place, "no line has the hash that was kept")
    return Verified(head, broken, None if known_hash is None else seen)
