"""The verdict on a hub after faults: what was lost, done twice, out of order, or never came."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from maillage_contracts.catalogue import CATALOGUE
from maillage_hub.chaos.load import Owed
from maillage_hub.testing_bus import Told
from maillage_hub.testing_calls import Document

CAUGHT_UP_WITHIN_S = 60.0
"""From the end of the last fault to the moment when nothing is on its way any more."""
READERS = {entry.event.TYPE: entry.consumers for entry in CATALOGUE}

Lane = tuple[str, str]
"""A topic, and the aggregate whose events are on it."""


@dataclass(frozen=True)
class Logged:
    """An event as the service that published it keeps it."""

    service: str
    topic: str
    subject: str
    is_queued: bool
    """Whether it is still to be sent."""


@dataclass(frozen=True)
class Copy:
    """The rows that a service keeps of the aggregates of a topic: of which event each is."""

    reader: str
    topic: str
    sequences: Mapping[str, int]


@dataclass(frozen=True)
class Seen:
    """All that was read of a hub which should be at rest."""

    acknowledged: Sequence[Document] = ()
    owed: Sequence[Owed] = ()
    baselines: Mapping[str, str] = field(default_factory=dict[str, str])
    """What each acknowledged baseline is called, and its identifier."""
    kept_baselines: Sequence[tuple[str, str]] = ()
    """The same of all that impact keeps."""
    logged: Mapping[str, Logged] = field(default_factory=dict[str, Logged])
    told: Sequence[Told] = ()
    """All records on the topics of facts, those of a partition in their order."""
    heard: Mapping[str, Mapping[str, datetime]] = field(
        default_factory=dict[str, Mapping[str, datetime]]
    )
    """The inbox of each service: when it received which event."""
    acknowledged_to: Mapping[tuple[str, str, int], int] = field(
        default_factory=dict[tuple[str, str, int], int]
    )
    """By reader, topic and partition: the first offset that it has not acknowledged."""
    copies: Sequence[Copy] = ()
    letters: Sequence[str] = ()
    unready: Sequence[str] = ()
    caught_up_s: float = 0.0
    """How long after the last fault all was at rest."""


@dataclass(frozen=True)
class Verdict:
    """One sentence for each fault found."""

    lost: Sequence[str]
    twice: Sequence[str]
    disorder: Sequence[str]
    stuck: Sequence[str]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not (self.lost or self.twice or self.disorder or self.stuck)

    @property
    def counts(self) -> dict[str, int]:
        """How much was found, by its kind."""
        return {name: len(found) for name, found in vars(self).items()}


def judge(seen: Seen) -> Verdict:
    """Hold all that was read against what was acknowledged, and against each other."""
    first, again = _first_tellings(seen.told)
    return Verdict(
        lost=[*_lost(seen, first), *_not_followed(seen, first)],
        twice=[*again, *_twice(seen, first), *_twice_kept(seen)],
        disorder=[*_disorder(seen, first), *_overtaken(seen, first)],
        stuck=[*_stuck(seen, first)],
    )


def _first_tellings(told: Iterable[Told]) -> tuple[dict[str, Told], list[str]]:
    """Each event where it was told first, and those that were told otherwise later.

    The bus may repeat an event as it was: who reads it has an inbox.
    """
    first: dict[str, Told] = {}
    changed: list[str] = []
    for one in told:
        known = first.setdefault(one.id, one)
        if (one.value, one.headers) != (known.value, known.headers):
            changed.append(f"{one.id} came again on {one.topic} as something else")
    return first, changed


def _lost(seen: Seen, first: Mapping[str, Told]) -> Iterator[str]:
    for event in seen.acknowledged:
        if event["id"] not in seen.logged:
            yield f"{event['id']} of {event['subject']} was acknowledged, and nobody has it"
    for event_id, logged in seen.logged.items():
        if event_id not in first and not logged.is_queued:
            yield f"{event_id} left the outbox of {logged.service}, and is not on the bus"
    for event, reader in _unheard(seen, first):
        if _is_behind(seen, event, reader):
            yield f"{event.id} was acknowledged by {reader}, which has not received it"
    for name in seen.baselines.keys() - {name for name, _ in seen.kept_baselines}:
        yield f"baseline {name} was acknowledged, and impact has it not"


def _unheard(seen: Seen, first: Mapping[str, Told]) -> Iterator[tuple[Told, str]]:
    """Each event with each service that it is for, and that has not received it."""
    for event in first.values():
        for reader in READERS[event.headers["ce_type"]]:
            if event.id not in seen.heard.get(reader, {}):
                yield event, reader


def _is_behind(seen: Seen, event: Told, reader: str) -> bool:
    """Whether the reader has acknowledged to the bus that it is done with this record."""
    return event.offset < seen.acknowledged_to.get((reader, event.topic, event.partition), 0)


def _not_followed(seen: Seen, first: Mapping[str, Told]) -> Iterator[str]:
    followed = {(event.cause, event.subject) for event in first.values()}
    for owed in seen.owed:
        was_heard = owed.cause in seen.heard.get(owed.reader, {})
        if was_heard and (owed.cause, owed.subject) not in followed:
            yield f"{owed.reader} heard {owed.cause}, and did nothing about {owed.subject}"


def _twice(seen: Seen, first: Mapping[str, Told]) -> Iterator[str]:
    acknowledged = {event["id"] for event in seen.acknowledged}
    ours = {event["subject"] for event in seen.acknowledged}
    for event in first.values():
        if event.cause is None and event.subject in ours and event.id not in acknowledged:
            yield f"{event.id} of {event.subject} is of a command that nobody gave, or done twice"
    followed = Counter(
        (event.cause, event.type, event.subject) for event in first.values() if event.cause
    )
    for (cause, kind, subject), count in followed.items():
        if count > 1:
            yield f"{cause} was followed {count} times by {kind} of {subject}"
    numbered = Counter((event.topic, event.subject, event.sequence) for event in first.values())
    for (topic, subject, number), count in numbered.items():
        if count > 1:
            yield f"{count} events are number {number} of {subject} on {topic}"


def _twice_kept(seen: Seen) -> Iterator[str]:
    kept = Counter(name for name, _ in seen.kept_baselines)
    for name, identifier in seen.kept_baselines:
        if name in seen.baselines and (kept[name] > 1 or identifier != seen.baselines[name]):
            yield f"baseline {name} is kept {kept[name]} times, once as {identifier}"


def _lanes(first: Mapping[str, Told]) -> dict[Lane, list[Told]]:
    lanes: dict[Lane, list[Told]] = defaultdict(list)
    for event in first.values():
        lanes[event.topic, event.subject].append(event)
    return lanes


def _disorder(seen: Seen, first: Mapping[str, Told]) -> Iterator[str]:
    """What is on the bus, and in inboxes, in another order than it was said."""
    said = {(event["id"], event["subject"], event["sequence"]) for event in seen.acknowledged}
    named = {event_id for event_id, _, _ in said}
    for (topic, subject), events in _lanes(first).items():
        numbers = [event.sequence for event in events]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{subject} was told on {topic} in the order {numbers}"
        if len({event.partition for event in events}) > 1:
            yield f"{subject} is on several partitions of {topic}"
        for event in events:
            if event.id in named and (event.id, subject, event.sequence) not in said:
                yield f"{event.id} is not the number of {subject} that was acknowledged"
        for reader, inbox in seen.heard.items():
            ordered = sorted(events, key=attrgetter("sequence"))
            times = [inbox[event.id] for event in ordered if event.id in inbox]
            if times != sorted(times):
                yield f"{reader} received {subject} on {topic} in another order"


def _overtaken(seen: Seen, first: Mapping[str, Told]) -> Iterator[str]:
    """Copies that are not of the last event of their aggregate, though it was received."""
    last: dict[Lane, Told] = {}
    for lane, events in _lanes(first).items():
        last[lane] = max(events, key=attrgetter("sequence"))
    for copy in seen.copies:
        inbox = seen.heard.get(copy.reader, {})
        for (topic, subject), event in last.items():
            shown = copy.sequences.get(subject)
            if topic == copy.topic and event.id in inbox and shown != event.sequence:
                yield f"{copy.reader} shows {subject} as of event {shown} of {event.sequence}"


def _stuck(seen: Seen, first: Mapping[str, Told]) -> Iterator[str]:
    for event_id, logged in seen.logged.items():
        if logged.is_queued:
            yield f"{event_id} is still in the outbox of {logged.service}"
    for event, reader in _unheard(seen, first):
        if not _is_behind(seen, event, reader):
            yield f"{event.id} is on {event.topic}, and {reader} has not come to it"
    yield from (f"{letter} was put aside" for letter in seen.letters)
    yield from seen.unready
    if seen.caught_up_s > CAUGHT_UP_WITHIN_S:
        yield f"it came to rest {seen.caught_up_s:.0f} s after the last fault"
