"""Why a lead is turned down, and what that keeps from coming back: for whom, and for how long."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple
from uuid import UUID

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import ActorId, FlowId, LeadId
from maillage_matching.domain.kept import Kept

Facet = Literal[
    "technical",
    "regulatory",
    "economic",
    "geographic",
    "organisational",
    "sociocultural",
    "data",
]


class Reason(NamedTuple):
    """What a reason code is about, and how many days it holds when nobody says otherwise.

    The days are ours: as long as such an obstacle usually takes to go away; each can be lifted.
    """

    facet: Facet
    days: int
    whatever_flows: bool = False
    """Whether it holds between the two actors for any resource."""
    until_amount_changes: bool = False
    """Whether it is over as soon as one of the flows has grown or shrunk by half."""

    @property
    def until_another_way(self) -> bool:
        """Whether a rule that was not known then may do away with it."""
        return self.facet in {"technical", "regulatory"}


REASONS = MappingProxyType(
    {
        "wrong_form": Reason("technical", 365),
        "concentration": Reason("technical", 365),
        "contamination": Reason("technical", 365),
        "volume_too_small": Reason("technical", 180, until_amount_changes=True),
        "irregular": Reason("technical", 180, until_amount_changes=True),
        "quality_variance": Reason("technical", 180),
        "waste_status": Reason("regulatory", 365),
        "hazardous": Reason("regulatory", 365),
        "sanitary": Reason("regulatory", 365),
        "permit": Reason("regulatory", 365),
        "cross_border": Reason("regulatory", 365),
        "cost_higher": Reason("economic", 180, until_amount_changes=True),
        "investment_needed": Reason("economic", 365),
        "no_budget_line": Reason("economic", 365),
        "price_volatility": Reason("economic", 180),
        "too_far": Reason("geographic", 730),
        "no_access": Reason("geographic", 365),
        "no_storage": Reason("organisational", 180),
        "no_time": Reason("organisational", 90),
        "contract_locked": Reason("organisational", 365),
        "no_owner": Reason("organisational", 180),
        "insurance": Reason("organisational", 365),
        "no_wish": Reason("sociocultural", 365),
        "competitors": Reason("sociocultural", 730, whatever_flows=True),
        "distrust": Reason("sociocultural", 365, whatever_flows=True),
        "confidentiality": Reason("sociocultural", 365, whatever_flows=True),
        "bad_timing": Reason("sociocultural", 90),
        "champion_left": Reason("sociocultural", 180),
        "politically_blocked": Reason("sociocultural", 365),
        "stale": Reason("data", 30),
        "duplicate": Reason("data", 730),
        "wrong_declaration": Reason("data", 90),
        "already_done": Reason("data", 730),
    }
)
UNFIT = frozenset({"wrong_form", "concentration", "contamination", "quality_variance"})
"""Reasons about the matter itself. All others are about firms, money, law or the moment: they keep
a pair apart for a while, and say nothing about such things and such needs."""
KNOWN_ALREADY = "already_done"
"""Turned down because it exists: nothing could speak louder for it."""
OUR_OWN_REASONS = frozenset({"actor_closed"})
"""Given by this service when the registry decides, never by a person."""


def what_it_changes(reason: str) -> str:
    """What a rejection for this reason keeps apart, for how long, and what it teaches."""
    known = REASONS.get(reason)
    if known is None:
        return "keeps nothing apart, teaches nothing"
    apart = "the two firms, whatever flows" if known.whatever_flows else "the two, for this thing"
    taught = "nothing"
    if reason in UNFIT:
        taught = "that such things do not serve such needs"
    elif reason == KNOWN_ALREADY:
        taught = "that such things serve such needs"
    lifted = ", or until an amount changes by half" if known.until_amount_changes else ""
    if known.until_another_way:
        lifted += ", or until the catalogue knows another way"
    proposed = "; proposes a ruling" if known.facet == "regulatory" else ""
    return f"keeps apart {apart}, for {known.days} days{lifted}; teaches {taught}{proposed}"


def check_reasons(reasons: Iterable[str]) -> None:
    """Raise Invalid naming the first code that is not on the list."""
    for reason in reasons:
        if reason not in REASONS:
            raise Invalid("reasons", f"{reason} is no reason; known: {', '.join(REASONS)}")


CHANGED = Decimal("0.5")
"""By how much of itself an amount must have grown or shrunk to be another one."""


class Amount(Kept):
    """What a flow came to in a year when something about it was turned down."""

    flow_id: FlowId
    a_year: Decimal
    unit: str


Amounts = Mapping[FlowId, tuple[Decimal, str] | None]
"""What flows come to in a year now, in their base unit; None where nobody said."""
NO_AMOUNTS: Amounts = MappingProxyType({})


class Suppression(Kept):
    """Something the engine leaves alone until a day: two actors, one and a thing, or a stream.

    One actor is proposed to nobody for that `resource`; a stream is that of a zone (`slot`).
    Everybody sees it, it has an owner, it ends by itself and can be lifted before. `ways` are the
    rules that were known then; absent, it holds whatever the rule.
    """

    suppression_id: UUID
    actors: frozenset[ActorId] = frozenset()
    resource: str | None = None
    slot: str | None = None
    reason: str
    owner: str
    since: datetime
    until: date
    lead_id: LeadId | None = None
    amounts: tuple[Amount, ...] = ()
    ways: frozenset[str] | None = None
    lifted_at: datetime | None = None
    version: int = 1

    def is_outgrown(self, now: Amounts, rule: str | None = None) -> bool:
        """Whether it was about an amount that is another one now, or this rule is a new one."""
        known = REASONS[self.reason]
        if rule and self.ways is not None and known.until_another_way and rule not in self.ways:
            return True
        if not known.until_amount_changes:
            return False
        for one in self.amounts:
            amount, unit = now.get(one.flow_id) or (one.a_year, one.unit)
            if unit == one.unit and abs(amount - one.a_year) >= CHANGED * one.a_year:
                return True
        return False

    def holds_on(self, day: date) -> bool:
        """Whether the engine still obeys it."""
        return self.lifted_at is None and day <= self.until


class Suppressions:
    """The suppressions of a day, found by whom or what they are about."""

    def __init__(self, suppressions: Iterable[Suppression], day: date) -> None:
        """Keep those that hold on that day; of two about the same, the one that holds longest."""
        self._by_actors: dict[tuple[frozenset[ActorId], str | None], list[Suppression]] = {}
        self._by_slot: dict[str, Suppression] = {}
        for one in sorted(suppressions, key=lambda s: (s.until, s.suppression_id)):
            if not one.holds_on(day):
                continue
            if one.slot is not None:
                self._by_slot[one.slot] = one
            else:
                self._by_actors.setdefault((one.actors, one.resource), []).append(one)

    @property
    def keeps_anybody_apart(self) -> bool:
        """Whether there is anything to be asked of `between`."""
        return bool(self._by_actors)

    def between(
        self,
        one: ActorId,
        other: ActorId,
        resource: str | None,
        amounts: Amounts = NO_AMOUNTS,
        *,
        rule: str | None = None,
    ) -> Suppression | None:
        """What keeps these two apart, for this resource or for all, as it would be done now."""
        both = frozenset((one, other))
        keys = (both, None), (both, resource), ({one}, resource), ({other}, resource)
        found = (self._of(frozenset(actors), thing, amounts, rule) for actors, thing in keys)
        return next(filter(None, found), None)

    def of_firm(
        self, actor: ActorId, resource: str, amounts: Amounts = NO_AMOUNTS
    ) -> Suppression | None:
        """What keeps this actor from being proposed to anybody for this resource."""
        return self._of(frozenset((actor,)), resource, amounts, None)

    def _of(
        self, actors: frozenset[ActorId], resource: str | None, amounts: Amounts, rule: str | None
    ) -> Suppression | None:
        found = reversed(self._by_actors.get((actors, resource), ()))
        return next((one for one in found if not one.is_outgrown(amounts, rule)), None)

    def of_slot(self, slot: str) -> Suppression | None:
        """What keeps this stream of a zone from being proposed."""
        return self._by_slot.get(slot)
