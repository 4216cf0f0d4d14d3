"""The chain of the ledger: each line carries the hash of the one before it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256

from maillage_impact.domain.entry import Entry
from maillage_impact.domain.indicators import INDICATORS
from maillage_impact.domain.uncertainty import Term

FIRST_HASH = bytes(32)
FACTORS_KEPT = 1_000


@dataclass(frozen=True)
class Sealed:
    """A line in its place: `hash` covers the line, its place, its time and `previous_hash`."""

    place: int
    entry: Entry
    account: str
    recorded_at: datetime
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True)
class Head:
    """The last line of a ledger."""

    place: int
    hash: bytes


EMPTY = Head(0, FIRST_HASH)


@dataclass(frozen=True)
class Broken:
    """Where a ledger is not as it was written."""

    place: int
    words: str


def seal(entry: Entry, head: Head, recorded_at: datetime) -> Sealed:
    """The line as the next of the ledger."""
    account = INDICATORS[entry.indicator].account
    place = head.place + 1
    text = _text(place, entry, account, recorded_at)
    return Sealed(place, entry, account, recorded_at, head.hash, _hash(head.hash, text))


def seal_all(entries: Iterable[Entry], head: Head, recorded_at: datetime) -> list[Sealed]:
    """Lines one after the other."""
    sealed: list[Sealed] = []
    for entry in entries:
        line = seal(entry, head, recorded_at)
        head = Head(line.place, line.hash)
        sealed.append(line)
    return sealed


def examine(lines: Iterable[Sealed], head: Head) -> tuple[Head, Broken | None]:
    """Follow lines from a head: the new head, and the first line that does not follow.

    A byte changed in a line changes its hash; a line taken out, or put in, leaves a place or a
    previous hash that does not fit.
    """
    for line in lines:
        if line.place != head.place + 1:
            return head, Broken(head.place + 1, "the line of this place is missing")
        if line.previous_hash != head.hash:
            return head, Broken(line.place, "it does not follow the line before it")
        text = _text(line.place, line.entry, line.account, line.recorded_at)
        if line.hash != _hash(head.hash, text):
            return head, Broken(line.place, f"line {line.entry.entry_id} is not as it was written")
        head = Head(line.place, line.hash)
    return head, None


def _hash(previous: bytes, text: str) -> bytes:
    return sha256(previous + text.encode()).digest()


def _text(place: int, entry: Entry, account: str, recorded_at: datetime) -> str:
    """A line as one text; `adapters.postgres_lines` writes the same where lines are kept."""
    correction, reversal = entry.correction, entry.reversal
    reason = correction.reason if correction else reversal.reason if reversal else None
    fields = [
        str(place),
        str(entry.entry_id),
        entry.subject.kind,
        str(entry.subject.id),
        entry.indicator,
        account,
        _number(entry.value),
        _number(entry.low),
        _number(entry.high),
        entry.period_start.isoformat(),
        entry.period_end.isoformat(),
        entry.quality,
        entry.state,
        entry.method,
        ",".join(map(str, entry.causes)),
        factors_text(entry.factors),
        str(entry.baseline_id) if entry.baseline_id else None,
        str(correction.corrects) if correction else None,
        _number(correction.delta) if correction else None,
        reason,
        str(reversal.reverses) if reversal else None,
        entry.claim,
        str(entry.revision),
        recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
    ]
    if entry.terms:  # lines of before have none, and their hash stays as it was
        fields.append(terms_text(entry.terms))
    return json.dumps(fields, ensure_ascii=False)


@lru_cache(FACTORS_KEPT)
def factors_text(factors: tuple[tuple[str, str], ...]) -> str:
    """Factors with their versions, as JSON."""
    return json.dumps(factors, ensure_ascii=False)


def terms_text(terms: Iterable[Term]) -> str:
    """Amounts with what they are multiplied by, as JSON."""
    pairs = (f'["{term.amount:f}", {_names_text(term.factors)}]' for term in terms)
    return f"[{', '.join(pairs)}]"


@lru_cache(FACTORS_KEPT)
def _names_text(names: tuple[str, ...]) -> str:
    return json.dumps(names)


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
