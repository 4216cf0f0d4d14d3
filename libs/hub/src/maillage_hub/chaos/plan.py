"""Which faults, when: drawn from a seed, so that the same number gives the same plan."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from maillage_hub.chaos.faults import Fault

KILL_AFTER_S = (0.4, 1.8)
KILLS_BETWEEN = (6, 9)
"""How many kills there are from one other fault to the next."""

T = TypeVar("T")


@dataclass(frozen=True)
class Blow:
    """A fault, and how long after the one before it begins; those before may still last."""

    after_s: float
    fault: Fault


def endless(seed: int, kills: Sequence[Fault], others: Sequence[Fault]) -> Iterator[Blow]:
    """Kills in random order, each as often as any other, and other faults among them."""
    chance = random.Random(seed)  # noqa: S311 no secret
    dying, suffering = _rounds(chance, kills), _rounds(chance, others)
    while True:
        for _ in range(chance.randint(*KILLS_BETWEEN)):
            yield Blow(chance.uniform(*KILL_AFTER_S), next(dying))
        if others:
            yield Blow(0.0, next(suffering))


def so_many(seed: int, kills: Sequence[Fault], count: int) -> list[Blow]:
    """So many kills, and nothing else."""
    return list(islice(endless(seed, kills, ()), count))


def each_once(seed: int, faults: Sequence[Fault], every_s: float) -> list[Blow]:
    """Every one of these faults once, in random order, at this pace."""
    chance = random.Random(seed)  # noqa: S311 no secret
    return [Blow(every_s, fault) for fault in chance.sample(faults, len(faults))]


def _rounds(chance: random.Random, items: Sequence[T]) -> Iterator[T]:
    """All items in random order, again and again; never one twice in a row if it can be."""
    last: T | None = None
    while items:
        order = chance.sample(items, len(items))
        if order[0] == last:
            order.reverse()
        yield from order
        last = order[-1]
