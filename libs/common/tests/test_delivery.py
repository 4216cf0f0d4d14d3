"""From outbox to inbox, in one process: what dies or fails on the way costs nothing."""

import pytest
from simulated import World, database_of
from tally import given

from maillage_common import consumer, subscription

A = str(given("a").subject)


@pytest.fixture
def world() -> World:
    return World(seed=1)


async def all_of(world: World, *said: str) -> None:
    for name in said:
        await world.say(name, "matching")


@pytest.mark.parametrize("fault", ["refused", "unanswered"])
async def test_what_the_bus_did_not_acknowledge_stays_in_the_outbox(
    world: World, fault: str
) -> None:
    await all_of(world, "a", "a")
    await world.relay(world.registry, fails=[fault])
    assert len(database_of(world.registry).unsent) == 2
    await world.relay(world.registry)
    assert database_of(world.registry).unsent == []
    await world.come_to_rest()
    assert world.applied() == {A: [1, 2]}


@pytest.mark.parametrize("answers", [0, 1])
async def test_what_was_not_even_asked_to_be_sent_stays(world: World, answers: int) -> None:
    """All that came after the failure was removed, as if it waited for no answer."""
    await all_of(world, *"aaaaa")
    await world.relay(world.registry, answers=answers)
    assert len(database_of(world.registry).unsent) == 5
    await world.come_to_rest()
    assert world.applied() == {A: [1, 2, 3, 4, 5]}


async def test_no_batch_of_a_partition_leaves_before_the_one_before_it(world: World) -> None:
    await all_of(world, *"aaaaa")
    await world.relay(world.registry, fails=["none", "refused"])
    assert len(database_of(world.registry).unsent) == 3
    await world.come_to_rest()
    assert world.applied() == {A: [1, 2, 3, 4, 5]}


@pytest.mark.parametrize("steps", range(6))
async def test_a_consumer_that_dies_is_given_again_what_it_had_not_settled(
    world: World, steps: int
) -> None:
    await all_of(world, "a", "b", "a")
    await world.relay(world.registry)
    await world.deliver(0, 2, steps=steps)
    for who in (0, 1):
        world.restart(who)
        while await world.deliver(who, 2):
            pass
    world.is_complete()
    world.is_in_order()


async def test_a_batch_that_cannot_be_settled_now_is_given_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "RETRY_S_MAX", 0.0)
    monkeypatch.setattr(subscription, "HOLD_S", 0.0)
    await all_of(world, "a", "a")
    await world.relay(world.registry)
    await world.deliver(0, 5, is_away=True)
    assert world.applied() == {}
    assert not any(world.bus.committed.values())
    await world.deliver(0, 5)
    assert world.applied() == {A: [1, 2]}


@pytest.mark.parametrize("steps", range(3))
async def test_a_command_that_is_asked_again_acts_once(world: World, steps: int) -> None:
    await world.say("a", "matching", steps=steps)
    await world.come_to_rest()
    world.is_complete()
