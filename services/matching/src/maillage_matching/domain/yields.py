"""What each source of leads yields: the engine's, workshops', advisors', actors' own."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple, get_args

from maillage_matching.domain.kept import Kept
from maillage_matching.domain.lead import LeadSource

MINUTES_PER_HOUR = 60
SOURCES: tuple[LeadSource, ...] = get_args(LeadSource)


class Tally(NamedTuple):
    """So many of something, by the source of the lead it began with and the kind of synergy.

    `what` is lead, case or synergy with its status as `word`; reason (of a rejected lead) or
    obstacle (of an abandoned case) with its code; answer to the closing question; introduced cases;
    minutes of advisors; and how often leads were put off.
    """

    what: str
    source: str
    kind: str
    word: str
    many: int


class Reviews(NamedTuple):
    """How many leads were decided, after how many seconds in all, and how many within a bound."""

    many: int
    took_s: float
    within: tuple[int, ...]


class Yield(Kept):
    """What came of the leads of one source, and what it took."""

    source: str
    shown: int
    waiting: int
    accepted: int
    rejected: int
    expired: int
    acceptance: float | None
    introduced: int
    synergies: int
    running: int
    answers: Mapping[str, int]
    hours: float
    hours_per_synergy: float | None


def yields_of(tallies: Iterable[Tally]) -> list[Yield]:
    """One for each source, also for those that brought nothing yet."""
    counts = Counter[tuple[str, str, str]]()
    for one in tallies:
        counts[one.source, one.what, one.word] += one.many
    return [_yield_of(source, counts) for source in SOURCES]


def _yield_of(source: str, counts: Mapping[tuple[str, str, str], int]) -> Yield:
    found: dict[str, dict[str, int]] = {}
    for (whose, what, word), count in sorted(counts.items()):
        if whose == source:
            found.setdefault(what, {})[word] = count
    leads, synergies = found.get("lead", {}), found.get("synergy", {})
    decided = leads.get("accepted", 0) + leads.get("rejected", 0)
    hours = sum(found.get("minutes", {}).values()) / MINUTES_PER_HOUR
    made = sum(synergies.values())
    return Yield(
        source=source,
        shown=sum(leads.values()),
        waiting=leads.get("surfaced", 0) + leads.get("deferred", 0),
        accepted=leads.get("accepted", 0),
        rejected=leads.get("rejected", 0),
        expired=leads.get("expired", 0),
        acceptance=round(leads.get("accepted", 0) / decided, 4) if decided else None,
        introduced=sum(found.get("introduced", {}).values()),
        synergies=made,
        running=synergies.get("agreed", 0),
        answers=found.get("answer", {}),
        hours=round(hours, 2),
        hours_per_synergy=round(hours / made, 2) if made else None,
    )
