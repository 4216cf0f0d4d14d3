"""From what volume a shared collection pays, what is missing, and whether it rests on one firm."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from math import pi, sqrt
from statistics import median

from maillage_contracts.vocabulary import ActorId, GeoPoint
from maillage_matching.domain.kept import Kept
from maillage_matching.domain.pair import Ground, Side
from maillage_matching.domain.road import DETOUR
from maillage_matching.domain.sentence import (
    Sentence,
    count_en,
    count_fr,
    number_en,
    number_fr,
    rounded,
)

ROUND_CONSTANT = 0.7124
"""A round through n points spread over an area A is about so many times the root of n A long
(Beardwood, Halton and Hammersley 1959; constant after Johnson, McGeoch and Rothberg 1996)."""
SPREAD_KM_MIN = 0.2
OUTLET_KM_ASSUMED = 15.0
"""As the crow flies, where no outlet is known: the radius of prospecting. Illustrative."""
ROUNDS_OF_PERISHABLES = 52
"""Once a week: what rots does not wait for a month."""
ROTS = frozenset({"food", "animal_by_product"})
FIRMS_SOUGHT_MAX = 50
"""Beyond, it is another kind of collection."""
MONTHS = 12
KG_PER_TONNE = 1000


class Inputs(Kept):
    """All that the break-even rests on: what firms told, and the figures of the territory."""

    firms: int
    silent_flows: int
    paid_eur_per_tonne: Decimal | None
    haulage_share: Decimal
    rounds_a_year: int
    among_km: float
    outlet_km: float
    outlet_assumed: bool
    haul_eur_per_km: Decimal
    stop_eur: Decimal
    payload_kg: Decimal

    @property
    def fetching_eur(self) -> Decimal:
        """A year's price of driving from firm to firm and stopping at each, at every round."""
        among_eur = self.haul_eur_per_km * Decimal(str(self.among_km))
        return self.rounds_a_year * (among_eur + self.stop_eur * self.firms)

    @property
    def bringing_eur(self) -> Decimal:
        """What one journey to the outlet and back costs; a full vehicle goes more than once."""
        return self.haul_eur_per_km * Decimal(str(self.outlet_km)) * 2

    @property
    def spared_eur_per_kg(self) -> Decimal | None:
        """What firms pay today for having a kilogram driven away; None when nobody tells."""
        if self.paid_eur_per_tonne is None:
            return None
        return self.paid_eur_per_tonne * self.haulage_share / KG_PER_TONNE


class BreakEven(Kept):
    """The economy of one shared collection, in mass a year; None where nobody told enough.

    `missing_firms` of `firm_kg_a_month` each would close the gap: that is how much the firms that
    are there bring, the one in the middle. `never` says that at today's prices no volume pays.
    """

    inputs: Inputs
    kg_a_year: Decimal
    paid_eur_a_year: Decimal | None
    break_even_kg_a_year: Decimal | None = None
    never: bool = False
    pays: bool | None = None
    missing_kg_a_year: Decimal | None = None
    missing_firms: int | None = None
    firm_kg_a_month: Decimal | None = None
    largest: ActorId | None = None
    largest_share: float | None = None
    holds_without_largest: bool | None = None
    words: tuple[Sentence, ...] = ()


def break_even(
    members: Sequence[Side], centre: GeoPoint, outlet: Side | None, ground: Ground
) -> BreakEven | None:
    """The economy of these firms' shared collection; None for what is not counted in mass."""
    by_firm = _kg_by_firm(members)
    whole = sum(by_firm.values(), Decimal(0))
    if not whole or any(side.flow.direction == "in" for side in members):
        return None
    inputs = _inputs(members, centre, outlet, ground)
    largest = max(sorted(by_firm), key=lambda firm: by_firm[firm])
    found: dict[str, object] = {
        "inputs": inputs,
        "kg_a_year": whole,
        "paid_eur_a_year": _paid(members),
        "largest": largest,
        "largest_share": round(float(by_firm[largest] / whole), 3),
        **_threshold(inputs, whole, by_firm),
    }
    if found.get("pays"):
        fewer = threshold_kg(inputs.model_copy(update={"firms": inputs.firms - 1}))
        left = whole - by_firm[largest]
        found["holds_without_largest"] = fewer is not None and bool(left) and left >= fewer
    names = {side.flow.actor_id: side.name for side in members}
    result = BreakEven.model_validate(found)
    return result.model_copy(update={"words": tuple(_words(result, names[largest]))})


def _kg_by_firm(members: Iterable[Side]) -> Mapping[ActorId, Decimal]:
    by_firm: dict[ActorId, Decimal] = defaultdict(Decimal)
    for side in members:
        by_firm[side.flow.actor_id] += side.yearly_kg or Decimal(0)
    return by_firm


def _paid(members: Iterable[Side]) -> Decimal | None:
    told = [side.flow.cost_today.amount for side in members if side.flow.cost_today]
    return sum(told, Decimal(0)) if told else None


def _inputs(
    members: Sequence[Side], centre: GeoPoint, outlet: Side | None, ground: Ground
) -> Inputs:
    policy = ground.policy
    resource = ground.knowledge.resources.get(members[0].spec or "")
    weekly = resource is not None and (resource.is_perishable or resource.hygiene in ROTS)
    there = outlet.flow.position if outlet else None
    outlet_km = there.distance_km(centre) if there else OUTLET_KM_ASSUMED
    firms = len({side.flow.actor_id for side in members})
    return Inputs(
        firms=firms,
        silent_flows=sum(side.yearly_kg is None for side in members),
        paid_eur_per_tonne=_paid_per_tonne(members),
        haulage_share=policy.pool_haulage_share,
        rounds_a_year=ROUNDS_OF_PERISHABLES if weekly else policy.pool_rounds_a_year,
        among_km=_among_km(members, centre, firms),
        outlet_km=round(outlet_km * DETOUR, 1),
        outlet_assumed=there is None,
        haul_eur_per_km=policy.haul_eur_per_km,
        stop_eur=policy.pool_stop_eur,
        payload_kg=policy.pool_payload_kg,
    )


def _paid_per_tonne(members: Iterable[Side]) -> Decimal | None:
    """By those who told both what they pay and for how much."""
    told = [
        (side.flow.cost_today.amount, side.yearly_kg)
        for side in members
        if side.flow.cost_today and side.yearly_kg
    ]
    kg = sum((amount for _, amount in told), Decimal(0))
    paid = sum((euros for euros, _ in told), Decimal(0))
    return round(paid * KG_PER_TONNE / kg, 2) if kg and paid else None


def _among_km(members: Iterable[Side], centre: GeoPoint, firms: int) -> float:
    """By road, from one firm to the next."""
    points = [side.flow.position for side in members if side.flow.position]
    spread_km = max((point.distance_km(centre) for point in points), default=SPREAD_KM_MIN)
    area_km2 = pi * max(spread_km, SPREAD_KM_MIN) ** 2
    return round(ROUND_CONSTANT * sqrt(firms * area_km2) * DETOUR, 1)


def year_eur(inputs: Inputs, kg_a_year: Decimal) -> Decimal:
    """What fetching so much costs in a year."""
    journeys = max(Decimal(inputs.rounds_a_year), kg_a_year / inputs.payload_kg)
    return inputs.fetching_eur + journeys * inputs.bringing_eur


def threshold_kg(inputs: Inputs) -> Decimal | None:
    """The mass a year from which the rounds cost no more than what they spare.

    None where nobody told the price, or where it is less than what a full vehicle costs on its way.
    """
    spared = inputs.spared_eur_per_kg
    if spared is None:
        return None
    threshold = (inputs.fetching_eur + inputs.rounds_a_year * inputs.bringing_eur) / spared
    if threshold > inputs.rounds_a_year * inputs.payload_kg:  # then it goes more than once
        margin = spared - inputs.bringing_eur / inputs.payload_kg
        if margin <= 0:
            return None
        threshold = inputs.fetching_eur / margin
    return threshold.to_integral_value(ROUND_CEILING)


def _threshold(
    inputs: Inputs, whole: Decimal, by_firm: Mapping[ActorId, Decimal]
) -> dict[str, object]:
    threshold = threshold_kg(inputs)
    if threshold is None:
        never = inputs.spared_eur_per_kg is not None
        return {"never": never, "pays": False if never else None}
    missing = max(threshold - whole, Decimal(0))
    found: dict[str, object] = {
        "break_even_kg_a_year": threshold,
        "missing_kg_a_year": missing,
        "pays": not missing,
    }
    if not missing:
        return {**found, "missing_firms": 0}
    usual = rounded(Decimal(median(amount for amount in by_firm.values() if amount)) / MONTHS)
    firms = _missing_firms(inputs, whole, usual * MONTHS)
    return {**found, "missing_firms": firms, "firm_kg_a_month": usual}


def _missing_firms(inputs: Inputs, whole: Decimal, each_kg: Decimal) -> int | None:
    """So many firms of that size make it pay, with their stops; None: not even a great many do."""
    spared = inputs.spared_eur_per_kg or Decimal(0)
    for more in range(1, FIRMS_SOUGHT_MAX + 1):
        joined = inputs.model_copy(update={"firms": inputs.firms + more})
        kg = whole + more * each_kg
        if spared * kg >= year_eur(joined, kg):
            return more
    return None


def _words(found: BreakEven, largest: str) -> Iterable[Sentence]:
    inputs = found.inputs
    if inputs.paid_eur_per_tonne is None:
        yield Sentence(
            en="break-even not known: no firm tells both its volume and what it pays",
            fr="seuil inconnu : aucune entreprise ne dit à la fois son volume et ce qu'elle paie",
        )
        return
    yield _against(inputs)
    if found.never:
        yield Sentence(
            en="pays at no volume: a full vehicle costs more on its way than it spares",
            fr="rentable à aucun volume : un véhicule plein coûte en route plus qu'il n'épargne",
        )
        return
    yield from _gap(found)
    if found.holds_without_largest is not None:
        yield _stability(found, largest)


def _against(inputs: Inputs) -> Sentence:
    guess_en = ", a guess" if inputs.outlet_assumed else ""
    guess_fr = ", hypothèse" if inputs.outlet_assumed else ""
    paid, share = inputs.paid_eur_per_tonne or Decimal(0), inputs.haulage_share * 100
    tonnes = inputs.payload_kg / KG_PER_TONNE
    return Sentence(
        en=f"fetched {inputs.rounds_a_year} times a year: {number_en(inputs.among_km)} km from "
        f"firm to firm, outlet at {number_en(inputs.outlet_km)} km{guess_en}, "
        f"{number_en(tonnes)} t aboard at most, {number_en(inputs.haul_eur_per_km)} euros/km, "
        f"{inputs.firms} stops at {number_en(inputs.stop_eur)} euros; against "
        f"{number_en(round(paid))} euros a tonne paid today, {number_en(share)} % of it haulage",
        fr=f"{inputs.rounds_a_year} passages par an : {number_fr(inputs.among_km)} km d'une "
        f"entreprise à l'autre, exutoire à {number_fr(inputs.outlet_km)} km{guess_fr}, "
        f"{number_fr(tonnes)} t à bord au plus, {number_fr(inputs.haul_eur_per_km)} euro/km, "
        f"{inputs.firms} arrêts à {number_fr(inputs.stop_eur)} euros ; contre "
        f"{number_fr(round(paid))} euros la tonne payés aujourd'hui, dont {number_fr(share)} % "
        "de transport",
    )


def _gap(found: BreakEven) -> Iterable[Sentence]:
    threshold = rounded((found.break_even_kg_a_year or Decimal(0)) / KG_PER_TONNE)
    whole = rounded(found.kg_a_year / KG_PER_TONNE)
    state = ("reached", "atteint") if found.pays else ("not reached", "pas atteint")
    yield Sentence(
        en=f"pays from {number_en(threshold)} t a year: {state[0]}, {number_en(whole)} t are there",
        fr=f"rentable à partir de {number_fr(threshold)} t par an : {state[1]}, "
        f"{number_fr(whole)} t recensées",
    )
    if found.pays or found.firm_kg_a_month is None:
        return
    yield _missing(found.missing_firms, found.firm_kg_a_month / KG_PER_TONNE)


def _missing(firms: int | None, tonnes_a_month: Decimal) -> Sentence:
    en, fr = number_en(tonnes_a_month), number_fr(tonnes_a_month)
    if firms is None:
        return Sentence(
            en=f"more firms at {en} t/month would not do: they are too small or too many",
            fr=f"d'autres entreprises à {fr} t/mois n'y suffiraient pas : trop petites ou trop"
            " nombreuses",
        )
    more, verb = ("firm", "is") if firms == 1 else ("firms", "are")
    plural = "" if firms == 1 else "s"
    return Sentence(
        en=f"{count_en(firms)} more {more} at {en} t/month {verb} missing",
        fr=f"il manque encore {count_fr(firms)} entreprise{plural} à {fr} t/mois",
    )


def _stability(found: BreakEven, largest: str) -> Sentence:
    share = round((found.largest_share or 0) * 100)
    if found.holds_without_largest:
        return Sentence(
            en=f"still pays without the largest, which brings {share} %",
            fr=f"reste rentable sans la plus grosse, qui apporte {share} %",
        )
    return Sentence(
        en=f"depends on {largest}: {share} % of it, and without it does not pay",
        fr=f"dépend de {largest} : {share} % du total, et sans elle ce n'est plus rentable",
    )
