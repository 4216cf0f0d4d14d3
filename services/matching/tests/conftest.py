"""Sides of a pair, and the ground they stand on: tests name only what matters to them."""

from collections.abc import Callable
from datetime import date

import pytest

from maillage_contracts import flows
from maillage_contracts.samples import a_flow, a_wanted_flow, an_actor, an_id
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Ground, Side, side_of
from maillage_matching.domain.policy import Policy
from maillage_matching.domain.suppression import Suppressions
from maillage_matching.usecases.follow_actors import actor_as_known
from maillage_matching.usecases.follow_flows import flow_as_known

TODAY = date(2026, 11, 23)
PARTS = {
    "resource": ("label", "spec", "waste_code", "functions"),
    "condition": ("physical", "form", "contamination", "temperature"),
    "legal": ("waste_status", "is_hazardous", "is_food_grade"),
}
MakeSide = Callable[..., Side]


@pytest.fixture
def knowledge() -> Knowledge:
    """The tables that come with the package."""
    return our_knowledge()


@pytest.fixture
def ground(knowledge: Knowledge) -> Ground:
    """A quiet day under the usual policy."""
    return Ground(knowledge, Policy(), TODAY, Suppressions((), TODAY))


@pytest.fixture
def an_offer(knowledge: Knowledge) -> MakeSide:
    """Pallets of Villaverde; keywords are fields of the flow, `who` those of its actor."""

    def make(who: dict[str, object] | None = None, **changes: object) -> Side:
        return _side(knowledge, {"name": "Villaverde", **(who or {})}, a_flow, changes)

    return make


@pytest.fixture
def a_need(knowledge: Knowledge) -> MakeSide:
    """Pallets that STRH looks for."""

    def make(who: dict[str, object] | None = None, **changes: object) -> Side:
        return _side(
            knowledge, {"name": "STRH", "sector": None, **(who or {})}, a_wanted_flow, changes
        )

    return make


def _side(
    knowledge: Knowledge,
    who: dict[str, object],
    make: Callable[..., flows.Flow],
    changes: dict[str, object],
) -> Side:
    usual = make().model_dump()
    for part, fields in PARTS.items():
        told = {field: changes.pop(field) for field in fields if field in changes}
        changes[part] = {**usual[part], **told}
    actor = an_actor(**who)
    changes.setdefault("actor_id", actor.actor_id)
    changes.setdefault("flow_id", an_id(f"{actor.name} {usual['direction']} {changes}"))
    return side_of(flow_as_known(make(**changes)), actor_as_known(actor), knowledge)
