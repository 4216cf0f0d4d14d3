"""Random histories of the kernel: whatever dies, nothing is lost, doubled or out of order.

The registry commands, its relay publishes, flows consumes with two members of one group; each
may die at any step, requests fail, answers get lost, events are poison. A history that fails is
made as short as can be. SIMULATION_SEED=7 tries others, HISTORIES=200000 more.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import closing
from itertools import product
from math import inf
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from simulated import World

from maillage_common import consumer, subscription

HISTORIES = int(os.environ.get("HISTORIES", "10000"))
SEED = int(os.environ.get("SIMULATION_SEED", "20261123"))
STEPS = 8

LIVES = (None, None, None, *range(7))
"""How many steps a process has before it dies."""
FAULTS = ("none", "refused", "unanswered")
"""What may happen to a request to the bus; nobody may answer what partitions a topic has, too."""


def one_of(*choices: Iterable[object]) -> st.SearchStrategy[Any]:
    """One of each: drawn at once, for each draw has its price."""
    return st.sampled_from(list(product(*choices)))


commands = one_of("abc", ("matching", "matching", "announce", "poison"), LIVES)
rounds = one_of(
    ("registry", "registry", "flows"), LIVES, product(FAULTS, repeat=3), (inf, inf, inf, 0, 1)
)
batches = one_of((0, 1), (1, 2, 3, 9), (*LIVES, "away"))
others = st.integers(0, 99)


class Histories(RuleBasedStateMachine):
    """What happens between a command and its effect in another service."""

    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        """Let it happen."""
        self.loop.run_until_complete(work)

    @initialize(said=one_of("abc", ("matching", "announce", "poison"), "abc"))
    def there_is_something_to_tell(self, said: tuple[str, str, str]) -> None:
        first, purpose, *names = said
        self.do(self.world.say(first, purpose))
        for name in names:
            self.do(self.world.say(name, "matching"))

    @rule(drawn=commands)
    def somebody_commands(self, drawn: tuple[str, str, int | None]) -> None:
        name, purpose, steps = drawn
        self.do(self.world.say(name, purpose, steps=steps))

    @rule(drawn=rounds)
    def a_relay_publishes(self, drawn: tuple[str, int | None, tuple[str, ...], float]) -> None:
        whose, steps, fails, answers = drawn
        runner = getattr(self.world, whose)
        self.do(self.world.relay(runner, steps=steps, fails=fails, answers=answers))

    @rule(drawn=batches)
    def flows_hears(self, drawn: tuple[int, int, int | str | None]) -> None:
        who, records_max, life = drawn
        if isinstance(life, str):
            self.do(self.world.deliver(who, records_max, is_away=True))
        else:
            self.do(self.world.deliver(who, records_max, steps=life))

    @rule(drawn=others)
    def something_else(self, drawn: int) -> None:
        """Letters are replayed, or the group gives its partitions to another, or others run."""
        self.world.chance.random.seed(drawn)
        if drawn % 3 == 0:
            self.do(self.world.mend())
        elif drawn % 3 == 1:
            self.world.restart(drawn % 2)

    @invariant()
    def is_in_order(self) -> None:
        self.world.is_in_order()

    def teardown(self) -> None:
        self.do(self.world.come_to_rest())
        self.world.is_in_order()
        self.world.is_complete()


def simulate(histories: int) -> None:
    """Run so many; fails with the shortest that is wrong."""
    with closing(asyncio.new_event_loop()) as Histories.loop:
        run_state_machine_as_test(
            seed(SEED)(Histories),
            settings=settings(
                max_examples=histories,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                suppress_health_check=(HealthCheck.too_slow,),
                phases=[Phase.generate, Phase.shrink],
            ),
        )


@pytest.fixture
def _hushed() -> Iterator[None]:
    """A line on each letter takes longer than the letter."""
    usual = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    yield
    structlog.configure(**usual)


@pytest.mark.usefixtures("_hushed")
@pytest.mark.timeout(600)
def test_nothing_is_lost_doubled_or_out_of_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "RETRY_S_MAX", 0.0)  # time stands still in these histories
    monkeypatch.setattr(subscription, "HOLD_S", 0.0)
    simulate(HISTORIES)
