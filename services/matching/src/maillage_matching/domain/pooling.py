"""Streams that several firms of a zone could have collected, or buy, together: one lead each."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from maillage_contracts.vocabulary import GeoPoint, PeriodicQuantity
from maillage_matching.domain.actor import WASTE_TREATMENT
from maillage_matching.domain.break_even import break_even
from maillage_matching.domain.draft import Content, Draft, euros, member, said
from maillage_matching.domain.gates_of_law import NOT_WASTE, waste_carrier
from maillage_matching.domain.gates_of_parties import TAKES_PART
from maillage_matching.domain.pair import (
    Gate,
    Ground,
    Side,
    fails,
    passes,
    road_km,
    unknown,
)
from maillage_matching.domain.resource import Rule
from maillage_matching.domain.road import DETOUR
from maillage_matching.domain.score import Term, of_distance, of_pain, of_saving, total

MEMBERS_MIN = 2
MEMBERS_MAX = 199
"""A lead names 200 flows at most, and one is the outlet's."""
NAMED_MAX = 8
"""Firms named in a line of explanation; all of them are among the members."""
POOLING_SAVES = Decimal("0.2")
"""Share of today's cost that a shared collection may save: prudent beside the cost divided by
three of the shops of rue de Gand in Lille. It orders leads and is never told as a saving."""

FIT_OF_A_STREAM = 0.5
"""What is the same fits; whether it pays together is open."""

KEY = "pool"


def draft_for_stream(
    slot: str, sides: Iterable[Side], outlets: Iterable[Side], ground: Ground
) -> Draft | None:
    """The proposal for a stream of a zone, or None when too few may take part."""
    if ground.suppressions.of_slot(slot) is not None:
        return None
    members = [side for side in sides if may_join(side, ground)]
    members.sort(key=lambda one: (one.flow.pain_rank or 9, one.flow.flow_id))
    members = members[:MEMBERS_MAX]
    if len({side.flow.actor_id for side in members}) < MEMBERS_MIN:
        return None
    rule = ground.knowledge.outlet_of(members[0].spec)
    outlet = nearest_outlet(rule, members, outlets, ground) if rule else None
    gates = _gates(members, rule, outlet, ground)
    if any(gate.verdict == "fail" for gate in gates):
        return None
    content = _content(members, rule, outlet, gates)
    return Draft(slot, KEY, with_economy(content, members, outlet, ground))


def with_economy(
    content: Content, members: Sequence[Side], outlet: Side | None, ground: Ground
) -> Content:
    """The same with what it would take for the members to pay together, where that can be told."""
    middle = middle_of(members)
    pooled = break_even(members, middle, outlet, ground) if middle else None
    words = tuple(one.en for one in pooled.words) if pooled else ()
    told = {"pooled": pooled, "explanation": (*content.explanation, *words)}
    return content.model_copy(update=told)


def may_join(side: Side, ground: Ground) -> bool:
    """Whether its firm takes part, lets its data be used, and has the flow to give today.

    Who said no to this thing, whoever asks, is not asked again before that is over.
    """
    actor, flow = side.actor, side.flow
    amounts = {flow.flow_id: side.yearly}
    return (
        actor is not None
        and actor.status in TAKES_PART
        and "matching" not in actor.refuses
        and flow.is_matchable
        and (flow.available_until is None or flow.available_until >= ground.today)
        and ground.suppressions.of_firm(flow.actor_id, side.resource, amounts) is None
    )


def nearest_outlet(
    rule: Rule, members: Sequence[Side], outlets: Iterable[Side], ground: Ground
) -> Side | None:
    """Who treats this stream, is approved and is near enough, by the way from its first member."""
    firms = {side.flow.actor_id for side in members}
    fitting = [
        (km if km is not None else 0.0, side.flow.flow_id, side)
        for side in outlets
        if side.flow.actor_id not in firms and takes(side, rule, ground)
        for km in (road_km(members[0].flow, side.flow),)
        if km is None or km <= ground.policy.distance_km_max
    ]
    return min(fitting, key=lambda one: one[:2], default=(0, None, None))[2]


def takes(side: Side, rule: Rule, ground: Ground) -> bool:
    """Room offered by a machine, or a need of the stream by who treats it; approved for waste."""
    if not may_join(side, ground) or side.actor is None:
        return False
    offers_room = side.spec == rule.equipment and side.flow.direction == "out"
    asks_for_it = side.spec == rule.from_spec and side.flow.direction == "in"
    treats = rule.processor_role in side.actor.roles
    approved = side.actor.holds(WASTE_TREATMENT, ground.today)
    return approved and (offers_room or (asks_for_it and treats))


def _gates(
    members: Sequence[Side], rule: Rule | None, outlet: Side | None, ground: Ground
) -> tuple[Gate, ...]:
    waste = any(_is_waste(side) for side in members)
    return (
        passes("willingness", f"{len(members)} flows of firms that want to work on it"),
        _carried(members, ground) if waste else passes("carrier", "anybody may carry it"),
        *((_outlet_gate(rule, outlet),) if rule else ()),
    )


def pool_gates(sides: Sequence[Side], ground: Ground) -> tuple[Gate, ...]:
    """The gates of a stream that somebody proposes to share."""
    rule = ground.knowledge.outlet_of(sides[0].spec)
    return _gates(sides, rule, None, ground)


def _is_waste(side: Side) -> bool:
    return side.flow.is_waste and side.flow.waste_status not in NOT_WASTE


def _carried(members: Sequence[Side], ground: Ground) -> Gate:
    gate = waste_carrier(ground)
    hazardous = any(side.flow.is_hazardous for side in members)
    if gate.verdict == "unknown" and hazardous:
        return fails("carrier", f"hazardous: {gate.reason}", "an approved carrier")
    return gate


def _outlet_gate(rule: Rule, outlet: Side | None) -> Gate:
    if outlet is None:
        return unknown("outlet", f"missing link: nobody near is known for {rule.process}")
    return passes("outlet", f"{rule.process} by {outlet.name}: {outlet.flow.label}")


def _content(
    members: Sequence[Side], rule: Rule | None, outlet: Side | None, gates: tuple[Gate, ...]
) -> Content:
    first = members[0]
    cost = sum((s.flow.cost_today.amount for s in members if s.flow.cost_today), Decimal(0))
    quantity = total_quantity(members)
    terms = _terms(members, cost)
    roles = [member(side, "member") for side in members]
    if outlet is not None:
        roles.append(member(outlet, "processor"))
    return Content(
        kind="mutualisation",
        resource=first.resource,
        members=tuple(roles),
        activity_zone=first.flow.activity_zone,
        rule=rule.name if rule else None,
        transformation=rule.process if rule else None,
        equipment=rule.equipment if rule else None,
        missing_link=rule.equipment if rule and outlet is None else None,
        gates=gates,
        explanation=(*_told(members, quantity, cost), *said(terms), *_where(rule, outlet)),
        score=total(terms),
        distance_km=_spread_km(members),
        quantity=quantity,
        cost_today=euros(cost) if cost else None,
    )


def _told(
    members: Sequence[Side], quantity: PeriodicQuantity | None, cost: Decimal
) -> tuple[str, ...]:
    names = list(dict.fromkeys(side.name for side in members))
    others = f" and {len(names) - NAMED_MAX} others" if len(names) > NAMED_MAX else ""
    amount = "amounts not all known"
    if quantity is not None:
        amount = f"together {quantity.value:,.0f} {quantity.unit} a year"
    paid = f"for {cost:.0f} euros a year today" if cost else "today's cost not told"
    firms = f"{', '.join(names[:NAMED_MAX])}{others}"
    return (
        f"{len(members)} flows of {members[0].resource} in one zone: {firms}",
        f"{amount}, {paid}",
    )


def _where(rule: Rule | None, outlet: Side | None) -> tuple[str, ...]:
    if rule is None:
        return ()
    taker = outlet.name if outlet else f"nobody yet (missing: {rule.equipment})"
    return (f"outlet: {rule.process}, {taker}", f"known from: {rule.source}")


def total_quantity(members: Sequence[Side]) -> PeriodicQuantity | None:
    """What comes in a year from all, or None when some amounts are not known or do not add up."""
    amounts = [side.yearly_kg for side in members]
    if all(amount is not None for amount in amounts):
        return PeriodicQuantity(value=_sum(amounts), unit="kg", per="P1Y")
    yearly = [side.yearly for side in members]
    units = {amount[1] if amount else None for amount in yearly}
    if len(units) == 1 and (unit := units.pop()) is not None:
        values = [amount[0] for amount in yearly if amount]
        return PeriodicQuantity(value=_sum(values), unit=unit, per="P1Y")
    return None


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    whole = sum((amount for amount in amounts if amount is not None), Decimal(0))
    return round(whole, 3)


def _terms(members: Sequence[Side], cost: Decimal) -> tuple[Term, ...]:
    firms = len({side.flow.actor_id for side in members})
    saving = of_saving(cost * POOLING_SAVES)
    stake = f"{cost:.0f} euros a year are paid today" if cost else "today's cost is not told"
    return (
        Term("fit", FIT_OF_A_STREAM, "the same thing for all of them"),
        of_distance(_spread_km(members)),
        Term("quantity", 1 - 1 / firms, f"{firms} firms together"),
        of_pain(*(side.flow.pain_rank for side in members)),
        Term("saving", saving.value, stake),
    )


def _spread_km(members: Sequence[Side]) -> float | None:
    """How far by road the farthest member is from the middle of all; None: positions unknown."""
    middle = middle_of(members)
    if middle is None:
        return None
    points = [side.flow.position for side in members if side.flow.position]
    return round(max(middle.distance_km(point) for point in points) * DETOUR, 1)


def middle_of(members: Sequence[Side]) -> GeoPoint | None:
    """The middle of those whose position is known."""
    points = [side.flow.position for side in members if side.flow.position]
    if not points:
        return None
    return GeoPoint(
        lat=sum(point.lat for point in points) / len(points),
        lon=sum(point.lon for point in points) / len(points),
    )
