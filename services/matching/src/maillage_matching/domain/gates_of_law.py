"""Gates about law and money. They say what is known and what must be asked, never "legal"."""

from decimal import Decimal

from maillage_contracts.vocabulary import (
    PERIODS_PER_YEAR,
    PeriodicQuantity,
    Quantity,
    is_starred,
)
from maillage_matching.domain.actor import WASTE_SHIPMENT, WASTE_TREATMENT
from maillage_matching.domain.flow import a_year, in_base_unit
from maillage_matching.domain.pair import Gate, Ground, Pair, asks, fails, passes, unknown

NOT_WASTE = frozenset({"product", "by_product", "end_of_waste"})


def ruling(pair: Pair, ground: Ground) -> Gate:
    """No ruling of advisors shuts it."""
    resource = pair.offer.resource
    found = ground.rulings.of(resource, pair.need.spec or resource)
    if found is None:
        return passes("ruling", "no ruling of advisors against it")
    what = f"{resource} for {found.need}"
    return fails("ruling", f"advisors ruled against {what}: {found.reason}", "the ruling is lifted")


def hazard(pair: Pair, ground: Ground) -> Gate:
    """Hazardous waste goes only to who declares it and is approved for waste."""
    offer, need = pair.offer.flow, pair.need.flow
    hazardous = is_hazardous(pair, ground)
    if hazardous is None:
        return asks("hazard", offer, "is_hazardous", "hazardous waste goes only to approved takers")
    if not hazardous:
        return passes("hazard", "not hazardous")
    if need.is_hazardous and pair.need.actor and _treats_waste(pair, ground):
        return passes("hazard", f"hazardous: {pair.need.name} is approved and asks for it")
    return fails("hazard", "hazardous, and the taker is not approved for it", "an approved taker")


def is_hazardous(pair: Pair, ground: Ground) -> bool | None:
    """By what was told, by the star of the waste code, by the catalogue; None: nobody knows.

    Where a code has a twin with a star, what it contains decides: only the firm can tell.
    """
    flow = pair.offer.flow
    code = flow.waste_code
    if flow.is_hazardous or is_starred(code):
        return True
    known = ground.knowledge.resources.get(pair.offer.spec or "")
    if flow.is_hazardous is not None or flow.kind not in {"material", "waste"}:
        return False
    if known is not None and known.hazard == "mirror":
        return None
    if code is not None:
        return False
    return known.is_hazardous if known else None


def waste_status(pair: Pair, ground: Ground) -> Gate:
    """Waste goes to approved takers; what is a product or by-product goes to anybody."""
    offer = pair.offer.flow
    if not offer.is_waste or offer.waste_status in NOT_WASTE:
        return passes("waste_status", f"handed over as {offer.waste_status or offer.kind}")
    if _treats_waste(pair, ground):
        return passes("waste_status", f"{pair.need.name} is approved for waste")
    if pair.need.actor is not None and pair.need.actor.has_held(WASTE_TREATMENT):
        return fails(
            "waste_status",
            f"the approval of {pair.need.name} for waste has expired",
            f"{pair.need.name} renews it",
        )
    if offer.waste_status is None and offer.kind != "waste":
        why = f"{pair.need.name} has no approval for waste: is it handed over as waste?"
        return asks("waste_status", offer, "waste_status", why)
    rule = pair.rule or ground.knowledge.reuse_of(pair.offer.spec)
    holds = rule is not None and rule.holds_on(ground.today)
    if rule is not None and holds and rule.status_path and not offer.is_hazardous:
        return unknown("waste_status", f"to be settled with the parties: {rule.status_path}")
    return fails(
        "waste_status",
        f"waste, and {pair.need.name} has no approval for waste",
        "an approval, or by-product status",
    )


def carrier(pair: Pair, ground: Ground) -> Gate:
    """Somebody in the territory may carry waste."""
    offer = pair.offer.flow
    if not offer.is_waste or offer.waste_status in NOT_WASTE:
        return passes("carrier", "anybody may carry it")
    return waste_carrier(ground)


def waste_carrier(ground: Ground) -> Gate:
    """Whether somebody in the territory may carry waste today."""
    if ground.carriers.valid:
        return passes("carrier", f"may carry waste: {', '.join(ground.carriers.valid[:3])}")
    if ground.carriers.expired:
        names = ", ".join(ground.carriers.expired[:3])
        return fails("carrier", f"the waste transport receipt of {names} has expired", "a new one")
    return unknown("carrier", "nobody here is known to hold a waste transport receipt")


def cross_border(pair: Pair, ground: Ground) -> Gate:
    """Waste that crosses a border needs papers first (regulation (EU) 2024/1157)."""
    one, other = pair.offer.actor, pair.need.actor
    offer = pair.offer.flow
    if one is None or other is None or one.country == other.country:
        return passes("cross_border", "the same country")
    if not offer.is_waste or offer.waste_status in NOT_WASTE:
        return passes("cross_border", f"{one.country} to {other.country}, not as waste")
    way = f"waste from {one.country} to {other.country}"
    parties = (pair.offer, one), (pair.need, other)
    held = [side.name for side, actor in parties if actor.holds(WASTE_SHIPMENT, ground.today)]
    if held:
        return passes("cross_border", f"{way}: {held[0]} holds papers for it")
    for side, actor in parties:
        if actor.has_held(WASTE_SHIPMENT):
            said = f"{way}: the papers of {side.name} do not hold today"
            return fails("cross_border", said, f"{side.name} renews them")
    why = f"{way}: which papers does the authority want?"
    return asks("cross_border", offer, "cross_border", why)


def value(pair: Pair, ground: Ground) -> Gate:
    """Where both costs are declared, carrying it must cost less than it saves."""
    worth = net_value_eur(pair, ground)
    if worth is None:
        return unknown("value", "today's cost is not declared by both")
    said = f"{worth:.0f} euros a year after haulage"
    return passes("value", said) if worth > 0 else fails("value", said, "a load to share the trip")


def net_value_eur(pair: Pair, ground: Ground) -> Decimal | None:
    """Euros a year: disposal and purchase avoided, minus haulage there and back.

    None when a cost, a quantity or the distance is not known, or the currencies differ.
    """
    out, bought = pair.offer.flow.cost_today, pair.need.flow.cost_today
    offered = pair.offer.flow.quantity
    if out is None or bought is None or offered is None or pair.km is None or not pair.ratio:
        return None
    if {out.currency, bought.currency} != {"EUR"}:
        return None
    covered = min(Decimal(1), pair.ratio)
    taken = min(Decimal(1), 1 / pair.ratio)
    trips = _trips_a_year(offered, pair.offer.flow.per_pickup) * taken
    haulage = trips * 2 * Decimal(str(pair.km)) * ground.policy.haul_eur_per_km
    return out.amount * taken + bought.amount * covered - haulage


def _trips_a_year(offered: PeriodicQuantity, pickup: Quantity | None) -> Decimal:
    """By what is picked up at once; else one trip each period."""
    periods = PERIODS_PER_YEAR[offered.per]
    if pickup is None or not pickup.value:
        return periods
    each, unit = in_base_unit(pickup.value, pickup.unit)
    whole, base = a_year(offered)
    return whole / each if unit == base else periods


def _treats_waste(pair: Pair, ground: Ground) -> bool:
    return pair.need.actor is not None and pair.need.actor.holds(WASTE_TREATMENT, ground.today)
