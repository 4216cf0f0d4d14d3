"""An offer and a need side by side, the ground they stand on, and what an examination finds."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal

from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.acquaintance import NOBODY, Acquaintance
from maillage_matching.domain.actor import Actor
from maillage_matching.domain.affinity import (
    BEFORE_LEARNING,
    Evidence,
    Model,
    Told,
    understand_need,
    understand_offer,
    weigh,
)
from maillage_matching.domain.existing_round import NO_ROUNDS, Rounds
from maillage_matching.domain.flow import Flow, a_year
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.policy import Policy
from maillage_matching.domain.resource import Rule
from maillage_matching.domain.road import by_road_km
from maillage_matching.domain.ruling import NO_RULINGS, Rulings
from maillage_matching.domain.suppression import Suppressions

Verdict = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True)
class Ask:
    """The one fact of one flow that would decide."""

    flow_id: FlowId
    attribute: str
    why: str


@dataclass(frozen=True)
class Gate:
    """One condition and what was found.

    `asks` is there when an answer would decide, `unblock` when it failed: what would let it pass.
    """

    code: str
    verdict: Verdict
    reason: str
    asks: Ask | None = None
    unblock: str | None = None


@lru_cache(maxsize=4096)
def passes(code: str, reason: str) -> Gate:
    """The condition holds. The same few are found for every pair: they are made once."""
    return Gate(code, "pass", reason)


def fails(code: str, reason: str, unblock: str) -> Gate:
    """The condition does not hold: no lead, until something lets it pass."""
    return Gate(code, "fail", reason, unblock=unblock)


def unknown(code: str, reason: str) -> Gate:
    """Nobody can tell, and it does not decide: shown with the lead."""
    return Gate(code, "unknown", reason)


def asks(code: str, flow: Flow, attribute: str, why: str) -> Gate:
    """Nobody has told, and it decides: a question, no lead."""
    return Gate(code, "unknown", why, asks=Ask(flow.flow_id, attribute, why))


@dataclass(frozen=True)
class Side:
    """A flow with its owner, and what the catalogue makes of it."""

    flow: Flow
    actor: Actor | None
    spec: str | None
    functions: frozenset[str]
    kg_per_unit: Decimal | None = None
    kg_per_m3: Decimal | None = None

    @cached_property
    def rank(self) -> int:
        """Its identifier as a number: sorts the same everywhere, and much faster."""
        return self.flow.flow_id.int

    @cached_property
    def tokens(self) -> frozenset[str]:
        """By which words it is found: its resource, its waste code, its functions."""
        tokens = {token_of_function(function) for function in self.functions}
        if self.spec is not None:
            tokens.add(token_of_spec(self.spec))
        if self.flow.waste_code is not None:
            tokens.add(f"code:{self.flow.waste_code}")
        return frozenset(tokens)

    @cached_property
    def yearly(self) -> tuple[Decimal, str] | None:
        """What comes or is needed in a year, in its base unit."""
        return a_year(self.flow.quantity) if self.flow.quantity else None

    @cached_property
    def yearly_kg(self) -> Decimal | None:
        """The same in kg, where that can be known."""
        return self.in_kg(*self.yearly) if self.yearly else None

    def in_kg(self, value: Decimal, unit: str) -> Decimal | None:
        """An amount in a base unit as kg, where the catalogue or the unit tells."""
        each = {"kg": Decimal(1), "unit": self.kg_per_unit, "m3": self.kg_per_m3}.get(unit)
        return value * each if each else None

    @cached_property
    def told(self) -> Told:
        """What is told of it, for the score."""
        code = self.flow.waste_code
        return Told(
            text=self.flow.label,
            sector=(self.actor.sector or "") if self.actor else "",
            spec=self.spec,
            functions=tuple(sorted(self.functions)),
            waste_codes=(code,) if code else (),
        )

    @property
    def resource(self) -> str:
        """What it is, in one word: by the catalogue, else by the waste code, else as told."""
        return self.spec or self.flow.waste_code or self.flow.label

    @property
    def name(self) -> str:
        """The owner's name, for words about it."""
        return self.actor.name if self.actor else "an actor not known yet"


def token_of_spec(spec: str) -> str:
    """The search word of a resource of the catalogue."""
    return f"spec:{spec}"


def token_of_function(function: str) -> str:
    """The search word of what something serves for."""
    return f"function:{function}"


def side_of(flow: Flow, actor: Actor | None, knowledge: Knowledge) -> Side:
    """The flow as the catalogue sees it."""
    spec = knowledge.spec_of(flow.spec, flow.waste_code, flow.physical)
    resource = knowledge.resources.get(spec or "")
    return Side(
        flow=flow,
        actor=actor,
        spec=spec,
        functions=_functions_of(flow, spec, knowledge),
        kg_per_unit=resource.kg_per_unit if resource else None,
        kg_per_m3=resource.kg_per_m3 if resource else None,
    )


def _functions_of(flow: Flow, spec: str | None, knowledge: Knowledge) -> frozenset[str]:
    """All that an offer serves for; of a need what it is wanted for, as told or as usual."""
    if flow.direction == "out":
        return flow.functions | knowledge.functions_of(spec)
    return flow.functions or frozenset(knowledge.wanted_with(spec))


@dataclass(frozen=True)
class Carriers:
    """Who in the territory may carry waste today, and whether somebody could once."""

    valid: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """All that an examination rests on besides the two sides.

    `model` is what was learned, `acquaintance` what firms went through of late, `rounds` are those
    that somebody drives anyway.
    """

    knowledge: Knowledge
    policy: Policy
    today: date
    suppressions: Suppressions
    carriers: Carriers = Carriers()
    model: Model = BEFORE_LEARNING
    acquaintance: Acquaintance = NOBODY
    rounds: Rounds = NO_ROUNDS
    rulings: Rulings = NO_RULINGS


@dataclass(frozen=True)
class Pair:
    """An offer and a need, and the rule that makes the one serve the other if they differ."""

    offer: Side
    need: Side
    rule: Rule | None = None

    @cached_property
    def km(self) -> float | None:
        """Kilometres by road, estimated; None when a position is not known."""
        return road_km(self.offer.flow, self.need.flow)

    @cached_property
    def ratio(self) -> Decimal | None:
        """How many times the offer, after transformation, covers the need; None: cannot tell."""
        amounts = comparable(self.offer, self.need)
        if amounts is None or not amounts[1]:
            return None
        return amounts[0] * (self.rule.yielded if self.rule else 1) / amounts[1]

    def evidence(self, knowledge: Knowledge) -> Evidence:
        """What speaks for the one serving the other, whatever the amounts and the distance."""
        offer = understand_offer(self.offer.told, knowledge)
        return weigh(offer, understand_need(self.need.told, knowledge), knowledge)

    @property
    def is_transformed(self) -> bool:
        """Whether something has to be done to the matter before it serves."""
        return self.rule is not None and self.rule.family == "transformation"


def comparable(one: Side, other: Side) -> tuple[Decimal, Decimal] | None:
    """What both amount to in a year, in one unit, or None."""
    if one.yearly is None or other.yearly is None:
        return None
    if one.yearly[1] == other.yearly[1]:
        return one.yearly[0], other.yearly[0]
    if one.yearly_kg is None or other.yearly_kg is None:
        return None
    return one.yearly_kg, other.yearly_kg


def road_km(one: Flow, other: Flow) -> float | None:
    """Kilometres by road between two flows, estimated from the straight line."""
    if one.position is None or other.position is None:
        return None
    return round(by_road_km(one.position, other.position), 1)
