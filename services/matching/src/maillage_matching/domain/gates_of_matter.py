"""Gates about the matter itself: what it is, in which state, and how much of it there is."""

from decimal import Decimal

from maillage_contracts.vocabulary import Quantity
from maillage_matching.domain.flow import Flow, in_base_unit
from maillage_matching.domain.pair import Gate, Ground, Pair, Side, asks, fails, passes

OFFERED_WITH = frozenset({"offer", "pool", "lend"})
WANTED_WITH = frozenset({"request", "pool", "borrow"})
MATTER = frozenset({"material", "waste"})
TREATED_AS = MATTER | {"service"}
"""Who takes waste in may call it a need of material or the service it sells."""

CHILLED = frozenset({"frozen", "cold", "hot"})
CLEAN = "clean"
ANOTHER_WAY = "a rule that turns the one into the other, or a use that both declare"
COUNTED = {"unit": "solid"}
"""What is counted in pieces is solid."""


def direction(pair: Pair, _ground: Ground) -> Gate:
    """One has too much, the other lacks."""
    offer, need = pair.offer.flow, pair.need.flow
    if offer.direction != "out" or offer.intent not in OFFERED_WITH:
        return fails("direction", f"{offer.label} is not offered", "it is declared as an offer")
    if need.direction != "in" or need.intent not in WANTED_WITH:
        return fails("direction", f"{need.label} is not asked for", "it is declared as a need")
    return passes("direction", "the one offers, the other asks")


def kind(pair: Pair, _ground: Ground) -> Gate:
    """Matter for matter, energy for energy."""
    offer, need = pair.offer.flow.kind, pair.need.flow.kind
    if pair.is_transformed:
        return passes("kind", f"{offer}, before it is transformed")
    if offer == need or (offer in MATTER and need in TREATED_AS):
        return passes("kind", offer)
    return fails("kind", f"{offer} is offered, {need} is asked for", ANOTHER_WAY)


def resource(pair: Pair, ground: Ground) -> Gate:
    """The same thing, the same use, or a rule that makes the one serve as the other."""
    offer, need = pair.offer, pair.need
    if pair.rule is not None and pair.is_transformed:
        rule = pair.rule
        serves = ground.knowledge.serves(rule, need.spec, need.functions)
        if rule.from_spec == offer.spec and serves:
            what = rule.to_function or rule.to_spec
            return passes("resource", f"{rule.process} turns {offer.spec} into {what}")
    elif offer.spec is not None and offer.spec == need.spec:
        return passes("resource", f"the same: {offer.spec}")
    elif _same_code(offer, need):
        return passes("resource", f"the same waste code: {offer.flow.waste_code}")
    elif shared := sorted(offer.functions & need.functions):
        return passes("resource", f"both serve for {', '.join(shared)}")
    return fails("resource", f"{offer.resource} does not serve as {need.resource}", ANOTHER_WAY)


def _same_code(offer: Side, need: Side) -> bool:
    told_apart = offer.spec is not None and need.spec is not None
    code = offer.flow.waste_code
    return code is not None and code == need.flow.waste_code and not told_apart


def physical(pair: Pair, _ground: Ground) -> Gate:
    """Liquid for liquid, solid for solid, unless it is transformed."""
    offer, need = pair.offer.flow, pair.need.flow
    if need.physical is None or pair.is_transformed:
        return passes("physical", "any state will do")
    if offer.physical is None:
        return asks("physical", offer, "physical", f"{need.physical} is needed")
    if COUNTED.get(offer.physical, offer.physical) != COUNTED.get(need.physical, need.physical):
        return fails(
            "physical",
            f"{offer.physical} is offered, {need.physical} is needed",
            f"a way to make it {need.physical}",
        )
    return passes("physical", offer.physical)


def form(pair: Pair, _ground: Ground) -> Gate:
    """Bars for bars: swarf of the same steel does not serve."""
    offer, need = pair.offer.flow, pair.need.flow
    if need.form is None or pair.is_transformed or pair.offer.spec != pair.need.spec:
        return passes("form", "any form will do")
    if offer.form is None:
        return asks("form", offer, "form", f"{need.form} is needed")
    if offer.form != need.form:
        return fails(
            "form",
            f"{offer.form} is offered, {need.form} is needed",
            f"a way to make it {need.form}",
        )
    return passes("form", offer.form)


def contamination(pair: Pair, _ground: Ground) -> Gate:
    """As clean as the need, or as the machine that transforms it, wants it."""
    offer, wanted = pair.offer.flow, _wanted(pair)
    if wanted is None or offer.contamination == CLEAN:
        return passes("contamination", offer.contamination or "any will do")
    if offer.contamination is None:
        return asks("contamination", offer, "contamination", f"it must be {wanted}")
    if offer.contamination != wanted:
        return fails(
            "contamination",
            f"{offer.contamination} is offered, it must be {wanted}",
            "a way to clean it",
        )
    return passes("contamination", wanted)


def _wanted(pair: Pair) -> str | None:
    if pair.rule is not None and pair.is_transformed:
        return pair.rule.takes or None
    return pair.need.flow.contamination


def hygiene(pair: Pair, _ground: Ground) -> Gate:
    """Food grade where food is, unless it is made so."""
    offer, need = pair.offer.flow, pair.need.flow
    if not need.is_food_grade:
        return passes("hygiene", "need not be food grade")
    if pair.rule is not None and pair.rule.gives_food_grade:
        return passes("hygiene", f"food grade after {pair.rule.process}")
    if offer.is_food_grade is None:
        return asks("hygiene", offer, "is_food_grade", "it must be fit for contact with food")
    if not offer.is_food_grade:
        return fails("hygiene", "not food grade, and food grade is needed", "a way to wash it")
    return passes("hygiene", "food grade")


def temperature(pair: Pair, ground: Ground) -> Gate:
    """The cold chain holds; waste has none."""
    offer, need = pair.offer.flow, pair.need.flow
    if not _keeps_badly(pair, ground):
        return passes("temperature", "needs no cold chain")
    if offer.temperature == need.temperature:
        return passes("temperature", offer.temperature or "not told by either")
    for flow, other in ((offer, need), (need, offer)):
        if flow.temperature is None and other.temperature in CHILLED:
            why = f"the other side is {other.temperature}"
            return asks("temperature", flow, "temperature", why)
    if {offer.temperature, need.temperature} & CHILLED:
        return fails(
            "temperature",
            f"{offer.temperature} is offered, {need.temperature} needed",
            "the same temperature on both sides, and on the way",
        )
    return passes("temperature", "ambient")


def _keeps_badly(pair: Pair, ground: Ground) -> bool:
    known = ground.knowledge.resources.get(pair.offer.spec or "")
    food = pair.offer.flow.is_food_grade or pair.need.flow.is_food_grade
    return bool(food or (known and known.is_perishable)) and pair.offer.flow.kind != "waste"


def quantity(pair: Pair, ground: Ground) -> Gate:
    """Amounts of the same order, so that each side's problem is solved."""
    rule = pair.rule if pair.is_transformed else None
    low = _part_min(pair, ground)
    high = (rule and rule.ratio_max) or ground.policy.ratio_max
    offer, need = pair.offer.flow, pair.need.flow
    if offer.quantity is None or not offer.quantity.value:
        return _how_much(offer)
    if need.quantity is None or not need.quantity.value:
        return _how_much(need)
    if pair.ratio is None:
        why = f"counted in {need.quantity.unit} here and in {offer.quantity.unit} there"
        return asks("quantity", need, "quantity", why)
    said = f"{float(pair.ratio):.2g} times what is needed"
    if pair.ratio > high:
        return fails("quantity", f"{said}: {high} at most", "another taker for the rest")
    if pair.ratio < low:
        return fails("quantity", f"{said}: {low} at least", "other donors beside this one")
    return passes("quantity", said)


def _how_much(flow: Flow) -> Gate:
    return asks("quantity", flow, "quantity", "how much decides whether it is worth it")


def _part_min(pair: Pair, ground: Ground) -> Decimal:
    rule = pair.rule if pair.is_transformed else None
    return (rule and rule.ratio_min) or ground.policy.ratio_min


def lot_size(pair: Pair, ground: Ground) -> Gate:
    """What comes at one time is worth a trip to who takes it."""
    offer, need = pair.offer.flow, pair.need.flow
    if need.per_pickup is None or not need.per_pickup.value:
        return passes("lot_size", "any lot will do")
    wanted = f"{need.per_pickup.value:f} {need.per_pickup.unit} are taken at a time"
    if offer.per_pickup is None or not offer.per_pickup.value:
        return asks("lot_size", offer, "per_pickup", wanted)
    lots = _lots(pair, offer.per_pickup, need.per_pickup)
    if lots is None:
        why = f"counted in {need.per_pickup.unit} here and in {offer.per_pickup.unit} there"
        return asks("lot_size", need, "per_pickup", why)
    given, taken = lots
    said = f"{offer.per_pickup.value:f} {offer.per_pickup.unit} at a time, {wanted}"
    if given < taken * _part_min(pair, ground):
        return fails("lot_size", said, "small lots that are gathered first")
    return passes("lot_size", said)


def _lots(pair: Pair, given: Quantity, taken: Quantity) -> tuple[Decimal, Decimal] | None:
    """Both in one unit, what is given after it was transformed; None: they cannot be compared."""
    yielded = pair.rule.yielded if pair.rule else Decimal(1)
    (lot, unit), (wanted, other) = (in_base_unit(one.value, one.unit) for one in (given, taken))
    if unit == other:
        return lot * yielded, wanted
    lot_kg, wanted_kg = pair.offer.in_kg(lot, unit), pair.need.in_kg(wanted, other)
    return None if lot_kg is None or wanted_kg is None else (lot_kg * yielded, wanted_kg)
