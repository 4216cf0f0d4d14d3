"""What decisions of advisors teach the score: which pairs went together, and which never will."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.affinity import Model, Told, understand_need, understand_offer, weigh
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.learning import Example, learn
from maillage_matching.domain.pair import Side
from maillage_matching.domain.suggestion import Pattern
from maillage_matching.domain.suppression import KNOWN_ALREADY, UNFIT

GIVEN_UP = "abandoned"
TIMES_MAX = 3
"""Lessons that a pattern counts as at most: as many cases as make it anonymous."""


@dataclass(frozen=True)
class Lesson:
    """An offer and a need that a person judged."""

    offer: Told
    need: Told
    is_exchange: bool


def lessons_of(leads: Iterable[Lead], sides: Mapping[FlowId, Side]) -> tuple[Lesson, ...]:
    """One for each donor and receiver of each lead that teaches something, in their order."""
    found: list[Lesson] = []
    for lead in leads:
        taught = teaches(lead.status, lead.reasons)
        if taught is not None:
            found += [Lesson(offer, need, taught) for offer, need in _pairs(lead, sides)]
    return tuple(found)


def lessons_from(patterns: Iterable[Pattern]) -> tuple[Lesson, ...]:
    """What patterns of elsewhere say about the matter, in their order.

    A pattern of several cases counts as often, within bounds: their sectors and matter are known,
    not their words, so that what is decided here weighs more.
    """
    found: list[Lesson] = []
    for pattern in patterns:
        unfit = UNFIT.intersection(pattern.obstacles)
        if pattern.outcome == GIVEN_UP and not unfit:
            continue
        offer = Told(text="", sector=pattern.donor_sector or "", spec=pattern.resource_spec)
        wanted = pattern.replaces_spec or pattern.resource_spec
        need = Told(text="", sector=pattern.receiver_sector or "", spec=wanted)
        one = Lesson(offer, need, pattern.outcome != GIVEN_UP)
        found += [one] * min(pattern.case_count, TIMES_MAX)
    return tuple(found)


def teaches(status: str, reasons: Sequence[str]) -> bool | None:
    """Whether such pairs go together, as a decision says; None when it does not say."""
    if status == "accepted" or KNOWN_ALREADY in reasons:
        return True
    return False if status == "rejected" and UNFIT.intersection(reasons) else None


def _pairs(lead: Lead, sides: Mapping[FlowId, Side]) -> list[tuple[Told, Told]]:
    told = {
        one.flow_id: sides[one.flow_id].told for one in lead.content.members if one.flow_id in sides
    }
    by_role: dict[str, list[Told]] = {"donor": [], "receiver": []}
    for one in lead.content.members:
        if one.role in by_role and one.flow_id in told:
            by_role[one.role].append(told[one.flow_id])
    return [(offer, need) for offer in by_role["donor"] for need in by_role["receiver"]]


@lru_cache(maxsize=8)
def learned_from(lessons: tuple[Lesson, ...], knowledge: Knowledge) -> Model:
    """The model after these lessons; the same lessons are worked out once."""
    return learn(
        [
            Example(
                weigh(
                    understand_offer(one.offer, knowledge),
                    understand_need(one.need, knowledge),
                    knowledge,
                ),
                one.is_exchange,
            )
            for one in lessons
        ]
    )
