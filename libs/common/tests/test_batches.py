"""A batch of events is one transaction; each event counts once, in order, whatever is repeated."""

from dataclasses import replace

import pytest
from tally import Store, applied, given, handlers, withdrawn

from maillage_common.ledger import DeadLetter, Origin
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Record
from maillage_contracts.samples import an_actor_closed, an_id
from maillage_serving.memory import MemoryDatabase
from maillage_serving.testing import (
    CONSUMER,
    NOON,
    deliver,
    deliver_twice,
    delivered,
    published,
    received,
)

A, B = str(an_id("a")), str(an_id("b"))


async def test_the_inbox_absorbs_a_second_delivery(runner: Runner[Store]) -> None:
    first = await deliver_twice(
        runner, handlers(), received(given("a")), received(withdrawn("a"), sequence=2)
    )
    assert (len(first.applied), first.duplicates, first.gaps) == (2, 0, 0)
    assert await applied(runner) == {A: [1, 2]}


async def test_a_repetition_inside_one_batch_counts_once(runner: Runner[Store]) -> None:
    one, two = received(given("a")), received(given("a"), sequence=2)
    outcome = await deliver(runner, handlers(), one, two, one, two, one)
    assert await applied(runner) == {A: [1, 2]}
    assert outcome.duplicates == 3


async def test_two_consumers_have_two_inboxes(runner: Runner[Store]) -> None:
    batch = delivered(received(given("a")))
    for consumer in ("one", "two"):
        outcome = await runner.execute_batch(consumer, batch, handlers())
        assert len(outcome.applied) == 1


async def test_order_is_kept_across_use_cases(runner: Runner[Store]) -> None:
    await deliver(
        runner,
        handlers(),
        received(given("a"), 1),
        received(withdrawn("a"), 2),
        received(withdrawn("b"), 1),
        received(given("b"), 2),
        received(given("a"), 3),
    )
    assert await runner.read(lambda store: store.applied()) == [
        (A, 1),
        (A, 2),
        (B, 1),
        (B, 2),
        (A, 3),
    ]


async def test_what_is_said_names_its_cause(runner: Runner[Store]) -> None:
    cause = received(given("a", "announce"))
    await deliver_twice(runner, handlers(), cause)
    [event] = await published(runner)
    assert event.envelope.causation_id == cause.envelope.id
    assert event.envelope.correlation_id == cause.envelope.correlation_id
    assert event.envelope.provenance == "engine"


async def test_types_of_no_use_are_ignored_but_their_numbers_count(runner: Runner[Store]) -> None:
    useless = delivered(received(an_actor_closed()))[0]
    unknown = type(useless)(useless.envelope, None, useless.record, useless.origin)
    outcome = await runner.execute_batch(CONSUMER, [unknown], handlers())
    assert (outcome.fate(unknown), outcome.applied, outcome.gaps) == ("ignored", frozenset(), 0)


async def test_gaps_are_counted_once(runner: Runner[Store]) -> None:
    first = await deliver(runner, handlers(), received(given("a"), 1), received(given("a"), 4))
    assert first.gaps == 2
    late = await deliver(runner, handlers(), received(given("a"), 2), received(given("a"), 5))
    assert late.gaps == 0
    assert (await deliver(runner, handlers(), received(given("b"), 3))).gaps == 2


async def test_an_error_rolls_the_whole_batch_back(runner: Runner[Store]) -> None:
    fine, poison = received(given("a")), received(given("b", "poison"))
    with pytest.raises(ValueError, match="cannot be understood"):
        await deliver(runner, handlers(), fine, poison)
    assert await applied(runner) == {}
    assert len((await deliver(runner, handlers(), fine)).applied) == 1


def letter(name: str, sequence: int = 1) -> DeadLetter:
    one = delivered(received(given(name, "poison"), sequence))[0]
    return DeadLetter(
        CONSUMER, "error", "why", one.record, one.origin, one.envelope, attempts=1, parked_at=NOON
    )


async def test_a_letter_is_parked_once_and_told_to_the_bus(runner: Runner[Store]) -> None:
    assert len((await runner.park(letter("a"))).parked) == 1
    assert not (await runner.park(letter("a"))).parked
    if isinstance(runner.database, MemoryDatabase):
        [told] = runner.database.ledger.log
        assert told.topic == "jourdies.registry.consent.v1.dlt"
        assert dict(told.record.headers)["dlt_reason"] == b"error"


async def test_later_events_of_a_parked_one_wait_behind_it(runner: Runner[Store]) -> None:
    await runner.park(letter("a"))
    outcome = await deliver(
        runner,
        handlers(),
        received(given("a"), 2),
        received(given("b"), 1),
        received(given("a"), 3),
    )
    assert len(outcome.parked) == 2
    assert await applied(runner) == {B: [1]}
    again = await deliver(runner, handlers(), received(given("a"), 2))
    assert (again.parked, again.duplicates) == (frozenset(), 1)


async def test_an_event_that_counted_is_not_parked_when_it_comes_again(
    runner: Runner[Store],
) -> None:
    """An older release may not read what a newer one applied: its replay counted it twice."""
    await deliver(runner, handlers(), received(given("a"), 1))
    again = replace(letter("a"), reason="data")
    assert not (await runner.park(again)).parked
    assert await runner.replay_first(CONSUMER, again.id, handlers()) is None
    assert len((await deliver(runner, handlers(), received(given("a"), 2))).applied) == 1
    assert await applied(runner) == {A: [1, 2]}


async def test_what_has_no_envelope_holds_nothing(runner: Runner[Store]) -> None:
    topic = "jourdies.registry.consent.v1"
    nobodys = DeadLetter(
        CONSUMER, "json", "why", Record(A.encode(), b"{", ()), Origin(topic, 0, 9), None, 1, NOON
    )
    assert len((await runner.park(nobodys)).parked) == 1
    assert not (await runner.park(nobodys)).parked
    assert len((await deliver(runner, handlers(), received(given("a")))).applied) == 1


async def test_a_lane_is_replayed_in_order_and_once(runner: Runner[Store]) -> None:
    parked = received(given("a"), 1)
    one = delivered(parked)[0]
    first = DeadLetter(CONSUMER, "error", "why", one.record, one.origin, one.envelope, 1, NOON)
    await runner.park(first)
    await deliver(runner, handlers(), received(given("a"), 2), received(given("a", "announce"), 3))
    replayed: list[int] = []
    while letter := await runner.replay_first(CONSUMER, first.id, handlers()):
        assert letter.envelope is not None
        replayed.append(letter.envelope.sequence)
    assert replayed == [1, 2, 3]
    assert await applied(runner) == {A: [1, 2, 3]}
    assert len(await published(runner)) == 1
    assert (await deliver(runner, handlers(), parked)).applied == frozenset()
    assert len((await deliver(runner, handlers(), received(given("a"), 4))).applied) == 1


async def test_a_replay_that_fails_leaves_the_letter(runner: Runner[Store]) -> None:
    await runner.park(letter("a"))
    with pytest.raises(ValueError, match="cannot be understood"):
        await runner.replay_first(CONSUMER, letter("a").id, handlers())
    assert await applied(runner) == {}
    assert (await deliver(runner, handlers(), received(given("a"), 2))).parked
