"""A command is one transaction: what it kept, what it said, and the key it came with."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

import pytest
from tally import Declaration, Store, applied, declare, declared, given

from maillage_common.ledger import Idempotency
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.registry import ConsentGiven
from maillage_serving.testing import context, published

KEY = Idempotency(key="k", caller="someone", fingerprint="f")


async def test_state_and_events_are_kept_together(runner: Runner[Store]) -> None:
    outcome = await runner.execute(declare, Declaration(name="a"), subject="a", context=context())
    [event] = await published(runner)
    assert await applied(runner) == {"a": [0]}
    assert outcome.events[0].id == event.envelope.id
    assert (event.envelope.sequence, event.envelope.source) == (1, "/jourdies/flows")


async def test_a_refusal_leaves_nothing_behind(runner: Runner[Store]) -> None:
    with pytest.raises(Refused):
        await runner.execute(declare, Declaration(name="refused"), subject="x", context=context())
    assert await published(runner) == []
    assert await applied(runner) == {}


async def test_numbers_of_an_aggregate_have_no_hole(runner: Runner[Store]) -> None:
    await asyncio.gather(
        *(
            runner.execute(
                declare, Declaration(name=name, times=3), subject=name, context=context()
            )
            for name in ("a", "b", "a", "b", "a")
        )
    )
    events = await published(runner)
    for name, count in (("a", 9), ("b", 6)):
        subjects = [e.envelope.sequence for e in events if e.event == declared(name)]
        assert subjects == list(range(1, count + 1))


async def test_a_key_makes_a_second_call_answer_as_the_first(runner: Runner[Store]) -> None:
    call = Declaration(name="a")
    first = await runner.execute(declare, call, subject="first", context=context(), idempotency=KEY)
    again = await runner.execute(
        declare, call, subject="second", context=context(), idempotency=KEY
    )
    assert (again.subject, again.events) == (first.subject, first.events)
    assert again.replayed
    assert await applied(runner) == {"a": [0]}


async def test_a_key_is_good_for_one_request_only(runner: Runner[Store]) -> None:
    other = Idempotency(key=KEY.key, caller=KEY.caller, fingerprint="other")
    call = Declaration(name="a")
    await runner.execute(declare, call, subject="a", context=context(), idempotency=KEY)
    with pytest.raises(Invalid) as refused:
        await runner.execute(declare, call, subject="a", context=context(), idempotency=other)
    assert refused.value.field == "Idempotency-Key"


async def declare_once(command: Declaration, store: Store, now: datetime) -> Iterable[Event]:
    if await store.applied():
        raise Refused("it is there already")
    return await declare(command, store, now)


async def test_a_call_that_is_refused_by_what_it_did_itself_answers_as_the_first(
    runner: Runner[Store],
) -> None:
    call = Declaration(name="a")
    first = await runner.execute(
        declare_once, call, subject="first", context=context(), idempotency=KEY
    )
    again = await runner.execute(
        declare_once, call, subject="again", context=context(), idempotency=KEY
    )
    assert (again.subject, again.replayed) == (first.subject, True)
    with pytest.raises(Refused):
        await runner.execute(declare_once, call, subject="other", context=context())


async def test_keys_of_two_callers_do_not_meet(runner: Runner[Store]) -> None:
    for caller in ("one", "two"):
        key = Idempotency(key="k", caller=caller, fingerprint=caller)
        outcome = await runner.execute(
            declare, Declaration(name="a"), subject="a", context=context(), idempotency=key
        )
        assert not outcome.replayed


async def test_a_refused_call_may_be_made_again_with_its_key(runner: Runner[Store]) -> None:
    for _ in range(2):
        with pytest.raises(Refused):
            await runner.execute(
                declare,
                Declaration(name="refused"),
                subject="x",
                context=context(),
                idempotency=KEY,
            )


async def test_calls_at_the_same_time_with_one_key_act_once(runner: Runner[Store]) -> None:
    outcomes = await asyncio.gather(
        *(
            runner.execute(
                declare,
                Declaration(name="a"),
                subject=f"{call}",
                context=context(),
                idempotency=KEY,
            )
            for call in range(6)
        )
    )
    assert len({outcome.subject for outcome in outcomes}) == 1
    assert [outcome.replayed for outcome in outcomes].count(False) == 1
    assert await applied(runner) == {"a": [0]}


async def tell_a_novel(command: None, store: Store, now: datetime) -> Iterable[Event]:
    event = declared("a")
    words = tuple(f"{'w' * 50}{n}" for n in range(12_000))
    resource = event.flow.resource.model_copy(update={"functions": words})
    return [event.model_copy(update={"flow": event.flow.model_copy(update={"resource": resource})})]


async def speak_for_another(command: None, store: Store, now: datetime) -> Iterable[ConsentGiven]:
    return [given("a")]


async def test_what_is_too_large_to_tell_is_refused(runner: Runner[Store]) -> None:
    with pytest.raises(Refused, match="bytes"):
        await runner.execute(tell_a_novel, None, subject="x", context=context())


async def test_a_service_speaks_only_on_its_own_topics(runner: Runner[Store]) -> None:
    with pytest.raises(ValueError, match="published by registry alone"):
        await runner.execute(speak_for_another, None, subject="x", context=context())
