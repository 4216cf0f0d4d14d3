"""The menu of the Kafka door: one use case for each type, and batches cut where they change."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pytest
from tally import given, withdrawn

from maillage_common.handlers import Handlers
from maillage_contracts.envelope import Event, Received
from maillage_contracts.registry import CONSENTS, ConsentGiven, ConsentWithdrawn
from maillage_serving.testing import NOON, received

Heard = list[tuple[str, int]]


async def each(message: Received[ConsentGiven], store: Heard, now: datetime) -> Iterable[Event]:
    store.append(("each", 1))
    return [withdrawn("a"), withdrawn("b")]


async def at_once(
    messages: Sequence[Received[ConsentWithdrawn]], store: Heard, now: datetime
) -> None:
    store.append(("batch", len(messages)))


MENU = Handlers[Heard]().each(ConsentGiven, run=each).batch(ConsentWithdrawn, run=at_once)


async def test_a_batch_is_cut_in_the_longest_runs() -> None:
    heard: Heard = []
    order = "gwwwggwg"
    messages = [
        received(given("a") if letter == "g" else withdrawn("a"), number)
        for number, letter in enumerate(order, 1)
    ]
    caused = await MENU.apply(messages, heard, NOON)
    assert heard == [
        ("each", 1),
        ("batch", 3),
        ("each", 1),
        ("each", 1),
        ("batch", 1),
        ("each", 1),
    ]
    assert [cause.envelope.sequence for _, cause in caused] == [1, 1, 5, 5, 6, 6, 8, 8]


def test_it_knows_its_types_and_topics() -> None:
    assert dict(MENU.known) == {
        ConsentGiven.TYPE: ConsentGiven,
        ConsentWithdrawn.TYPE: ConsentWithdrawn,
    }
    assert MENU.topics == {CONSENTS}


def test_a_type_has_one_use_case() -> None:
    with pytest.raises(ValueError, match=ConsentGiven.TYPE):
        Handlers[Heard]().each(ConsentGiven, run=each).each(ConsentGiven, run=each)
