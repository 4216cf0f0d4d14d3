"""In which order leads that passed their gates are shown: a few terms, each said in words.

The score hides nothing and excludes nothing, and it is about flows, never about actors.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from types import MappingProxyType

from maillage_matching.domain.acquaintance import Acquaintance
from maillage_matching.domain.affinity import Evidence, Model, logistic
from maillage_matching.domain.existing_round import LONGER_KM_MAX, Load, Passing
from maillage_matching.domain.flow import Flow, in_base_unit
from maillage_matching.domain.gates_of_law import NOT_WASTE
from maillage_matching.domain.gates_of_matter import MATTER
from maillage_matching.domain.pair import Ground, Pair, Side

HALF_LIFE_KM = 33
"""Median distance of brokered synergies, 32.8 km: Jensen et al. 2011, five years of the British
programme NISP."""

BIAS = -2.5
"""Log odds with nothing that speaks for it: one lead in thirteen, the base rate of matching.md."""
WEIGHTS = MappingProxyType(
    {"fit": 1.25, "distance": 1.25, "quantity": 1.25, "pain": 1.25, "saving": 1.25}
    | {"round": 0.6, "period": -1.25, "acquaintance": 0.4, "fatigue": -0.8}
)
"""Log odds at the full mark. The first five are equal until decisions teach better ones: with all
of them full, the score is 0.98. The others only count where there is something to say."""

KNOWN_BY = MappingProxyType(
    {
        "taxonomy": "alike in the catalogue",
        "use": "serves for what is wanted",
        "activity": "such firms take such things in",
        "words": "told in the same words",
    }
)
PAIN = {1: 1.0, 2: 0.6, 3: 0.3}
YEAR = timedelta(days=365)
HALF_SAVING_EUR = Decimal(2000)
"""What the best documented synergy of Les Jourdies saves in a year: half of the full mark."""


@dataclass(frozen=True)
class Term:
    """One part of a score, from 0 to 1, and what it says; `said` may be worked out when asked for.

    Of a hundred pairs that are scored hardly one is ever shown.
    """

    name: str
    value: float
    said: str | Callable[[], str] = field(compare=False)

    @property
    def words(self) -> str:
        """What it says."""
        return self.said if isinstance(self.said, str) else self.said()


def of_distance(km: float | None) -> Term:
    """Half as much every 33 km; next door when both are in one zone."""
    if km is None:
        return Term("distance", 1.0, "in the same zone")
    return Term("distance", 0.5 ** (km / HALF_LIFE_KM), lambda: f"{km} km apart by road")


def of_quantity(ratio: Decimal | None, *, some_is_enough: bool = False) -> Term:
    """How near the two amounts are, or how much of the need is covered where some is enough."""
    if not ratio:
        return Term("quantity", 0.0, "the amounts cannot be compared")
    part = float(ratio)
    fit = min(part, 1.0 if some_is_enough else 1 / part)
    return Term("quantity", fit, lambda: f"covers {min(100, round(part * 100))} % of the need")


def of_pain(*ranks: int | None) -> Term:
    """How much it hurts the firm that it hurts most."""
    told = [rank for rank in ranks if rank is not None]
    if not told:
        return Term("pain", 0.0, "nobody said that it hurts")
    worst = min(told)
    said = f"pain {worst} of 3 for one of them (1 is the worst)"
    return Term("pain", PAIN.get(worst, 0.0), said)


def of_saving(eur_a_year: Decimal | None) -> Term:
    """What it may save in a year, with less weight on each further euro."""
    if eur_a_year is None or eur_a_year <= 0:
        return Term("saving", 0.0, "what it saves cannot be told yet")
    share = float(eur_a_year / (eur_a_year + HALF_SAVING_EUR))
    return Term("saving", share, lambda: f"about {eur_a_year:.0f} euros a year")


def of_fit(pair: Pair, ground: Ground) -> Term:
    """How well such things served such needs: what the catalogue knows, and what was learned."""
    evidence = pair.evidence(ground.knowledge)
    said = partial(_fit_in_words, evidence, ground.model)
    return Term("fit", ground.model.probability(evidence), said)


def _fit_in_words(evidence: Evidence, model: Model) -> str:
    learned = [f"{rule} {weight:+.2f}" for rule, weight in model.told(evidence)]
    known = [word for name, word in KNOWN_BY.items() if evidence.terms.get(name, 0.0) > 0]
    words = ", ".join(known) or "nothing is known of such a pair"
    if learned:
        words = f"{words}; learned: {', '.join(learned)}"
    return words


def total(terms: tuple[Term, ...]) -> float:
    """How likely it is worth an advisor's hour, from 0 to 1, on four decimals on every machine."""
    return round(logistic(BIAS + sum(WEIGHTS[term.name] * term.value for term in terms)), 4)


def terms_of(pair: Pair, value_eur: Decimal | None, ground: Ground) -> tuple[Term, ...]:
    """The terms of an offer and a need: five always, the others where there is something to say."""
    return (
        of_fit(pair, ground),
        of_distance(pair.km),
        of_quantity(pair.ratio, some_is_enough=pair.is_transformed),
        of_pain(pair.offer.flow.pain_rank, pair.need.flow.pain_rank),
        of_saving(value_eur),
        *_of_round(pair, ground),
        *_of_period(pair, ground.today),
        *_of_acquaintance(pair, ground.acquaintance),
    )


def _of_round(pair: Pair, ground: Ground) -> Iterator[Term]:
    """Whether it could ride along with somebody who passes by both."""
    offer, need = pair.offer.flow, pair.need.flow
    if not ground.rounds or offer.kind not in MATTER:
        return
    found = ground.rounds.passing(offer.position, need.position, _load_of(pair.offer))
    if found is not None:
        value = 1 - found.longer_km / LONGER_KM_MAX
        yield Term("round", value, partial(_passing_in_words, found))


def _load_of(offer: Side) -> Load:
    """What is picked up at once; else all of one period."""
    flow = offer.flow
    told = flow.per_pickup or flow.quantity
    return Load(
        mass_kg=offer.in_kg(*in_base_unit(told.value, told.unit)) if told else None,
        temperature=flow.temperature or "ambient",
        is_waste=flow.is_waste and flow.waste_status not in NOT_WASTE,
    )


def _passing_in_words(found: Passing) -> str:
    one, driver, _ = found.driven
    said = f"{one.label} of {driver} passes by both, {found.longer_km} km longer"
    return f"{said}; it comes back empty" if one.comes_back_empty else f"{said}, with room"


def _of_period(pair: Pair, today: date) -> Iterator[Term]:
    """How much of the coming year one of them is there without the other."""
    offer, need = pair.offer.flow, pair.need.flow
    if not (offer.is_seasonal or need.is_seasonal):
        return
    year_end = today + YEAR
    there = [_days_there(flow, today, year_end) for flow in (offer, need)]
    start, end = max(first for first, _ in there), min(last for _, last in there)
    both, either = (end - start).days, max((last - first).days for first, last in there)
    if 0 <= both < either:
        said = f"both are there {both} days of the coming year, one of them {either}"
        yield Term("period", 1 - both / either, said)


def _days_there(flow: Flow, today: date, year_end: date) -> tuple[date, date]:
    first = max(today, flow.available_from or today)
    return first, min(year_end, flow.available_until or year_end)


def _of_acquaintance(pair: Pair, before: Acquaintance) -> Iterator[Term]:
    """Who took part in something lately is reached more easily, who was asked often less."""
    if not before.decided:
        return
    firms = pair.offer.flow.actor_id, pair.need.flow.actor_id
    if before.has_taken_part(*firms):
        yield Term("acquaintance", 1.0, "one of them takes part in something already")
    if often := before.asked_often(*firms):
        yield Term("fatigue", often, "one of them was asked before this quarter")
