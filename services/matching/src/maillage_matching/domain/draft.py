"""What the engine would propose now, before anybody has seen it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from maillage_contracts.vocabulary import ActorId, FlowId, Money, PeriodicQuantity
from maillage_matching.domain.break_even import BreakEven
from maillage_matching.domain.kept import Kept
from maillage_matching.domain.pair import Gate, Side
from maillage_matching.domain.score import Term

LeadKind = Literal["substitution", "transformation", "mutualisation", "sharing"]


class Member(Kept):
    """A flow of a lead, whose it is, and what it is there for."""

    flow_id: FlowId
    actor_id: ActorId
    role: str
    division: str | None = None


def member(side: Side, role: str) -> Member:
    """The side as a member of a lead."""
    return Member(
        flow_id=side.flow.flow_id,
        actor_id=side.flow.actor_id,
        role=role,
        division=side.actor.division if side.actor else None,
    )


class Content(Kept):
    """What a lead says. The score orders; the gates and the explanation are the reasons."""

    kind: LeadKind
    resource: str
    members: tuple[Member, ...]
    activity_zone: str | None = None
    replaces: str | None = None
    rule: str | None = None
    transformation: str | None = None
    equipment: str | None = None
    missing_link: str | None = None
    gates: tuple[Gate, ...] = ()
    explanation: tuple[str, ...] = ()
    score: float | None = None
    distance_km: float | None = None
    value: Money | None = None
    quantity: PeriodicQuantity | None = None
    cost_today: Money | None = None
    pooled: BreakEven | None = None

    @property
    def flow_ids(self) -> tuple[FlowId, ...]:
        """The flows, in the order of the members."""
        return tuple(one.flow_id for one in self.members)

    @property
    def actor_ids(self) -> tuple[ActorId, ...]:
        """The actors, once each, in the order of the members."""
        return tuple(dict.fromkeys(one.actor_id for one in self.members))


@dataclass(frozen=True)
class Draft:
    """A proposal of the engine.

    A `slot` (a need, a stream of a zone) has one lead at a time; `key` tells its proposals apart.
    """

    slot: str
    key: str
    content: Content

    @property
    def order(self) -> tuple[float, str]:
        """Best first; of equals always the same one first."""
        return -(self.content.score or 0.0), self.key


def said(terms: tuple[Term, ...]) -> tuple[str, ...]:
    """Each term of a score in words, with its mark out of 100."""
    return tuple(f"{term.name}: {term.words} ({round(term.value * 100)}/100)" for term in terms)


def euros(amount: Decimal | None) -> Money | None:
    """An amount in euros, to the cent."""
    return None if amount is None else Money(amount=round(amount, 2))
