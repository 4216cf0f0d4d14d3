"""What a new activity would find on a territory: streams that firms want to be rid of, and why.

For prospecting only: who takes what is guessed from the activity, so that it makes no lead.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.completion import SURE_MIN
from maillage_matching.domain.gates_of_law import NOT_WASTE
from maillage_matching.domain.gates_of_parties import TAKES_PART
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.missing_links import GUESSED
from maillage_matching.domain.pair import Side, token_of_function, token_of_spec
from maillage_matching.domain.resource import Rule
from maillage_matching.domain.road import DETOUR
from maillage_matching.domain.sentence import Sentence, number_en, number_fr, rounded
from maillage_matching.domain.sheet_words import process

NACE = re.compile(r"\d\d(\.?\d{1,2})?[A-Z]?")
DEPENDS_FROM = 0.5
"""Share of one firm from which the activity would rest on it."""
KG_PER_TONNE = 1000


@dataclass(frozen=True)
class Intake:
    """What an activity takes in: things that serve some use, and things a machine works on."""

    label: str
    functions: frozenset[str]
    rules: Mapping[str, Rule]
    source: str

    @property
    def tokens(self) -> frozenset[str]:
        """The words under which its supply is found."""
        return frozenset(map(token_of_function, self.functions)) | frozenset(
            map(token_of_spec, self.rules)
        )

    def takes(self, side: Side) -> bool:
        """Whether it could do something with it."""
        return side.spec in self.rules or bool(side.functions & self.functions)


@dataclass(frozen=True)
class Prospect:
    """One resource: from how many firms, how much of it is known, and how the amount is shared.

    `kg_a_year` adds up what can be told in mass; `untold` flows say no amount. `largest_share` is
    the part of the firm with the most: above a half, the activity would depend on it. `wanted_by`
    others around look for it already.
    """

    resource: str
    serves_for: tuple[str, ...]
    firms: int
    kg_a_year: Decimal
    untold: int
    guessed_kg_a_year: Decimal
    largest_share: float | None
    nearest_km: float
    wanted_by: int
    reasons: tuple[Sentence, ...] = ()


def intake_of(activity: str, knowledge: Knowledge) -> Intake:
    """By NACE code, or by the name of an activity or of a machine; raises Invalid."""
    if NACE.fullmatch(activity):
        known = knowledge.activity_of(activity)
        if known is None:
            return Intake(activity, frozenset(), {}, "")
        return Intake(known.label, frozenset(known.takes), {}, known.source)
    machines = [one for one in knowledge.names.complete(activity) if _rules(one.spec, knowledge)]
    named = [*machines, *knowledge.activity_names.complete(activity)]
    best = max(named, key=lambda one: one.score, default=None)
    if best is None or best.score < SURE_MIN:
        raise Invalid("activity", "a NACE code as in 38.21, or the name of an activity or machine")
    rules = _rules(best.spec, knowledge)
    if not rules:
        return intake_of(best.spec, knowledge)
    label = knowledge.resources[best.spec].label
    return Intake(label, frozenset(), rules, next(iter(rules.values())).source)


def _rules(machine: str, knowledge: Knowledge) -> Mapping[str, Rule]:
    """By what goes into this machine; the first rule of each is enough to say why."""
    found: dict[str, Rule] = {}
    for rule in knowledge.rules.values():
        if rule.equipment == machine:
            found.setdefault(rule.from_spec, rule)
    return found


def prospects(
    sides: Iterable[Side], intake: Intake, place: GeoPoint, km_max: float, knowledge: Knowledge
) -> Sequence[Prospect]:
    """Those within reach, most mass first; who withdrew or closed is not counted."""
    found: dict[str, list[tuple[float, Side]]] = defaultdict(list)
    wanted: list[Side] = []
    for side in sides:
        if side.flow.position is None or not intake.takes(side) or not _takes_part(side):
            continue
        km = round(side.flow.position.distance_km(place) * DETOUR, 1)
        if km > km_max:
            continue
        if side.flow.direction == "out":
            found[side.resource].append((km, side))
        else:
            wanted.append(side)
    summed = [
        _prospect(near, wanted, intake, km_max, knowledge) for _, near in sorted(found.items())
    ]
    return sorted(summed, key=lambda one: (-one.kg_a_year, one.resource))


def _takes_part(side: Side) -> bool:
    actor = side.actor
    return actor is not None and actor.status in TAKES_PART and "matching" not in actor.refuses


def _prospect(
    near: Sequence[tuple[float, Side]],
    wanted: Iterable[Side],
    intake: Intake,
    km_max: float,
    knowledge: Knowledge,
) -> Prospect:
    first = near[0][1]
    by_firm: dict[object, Decimal] = defaultdict(Decimal)
    for _, side in near:
        by_firm[side.flow.actor_id] += side.yearly_kg or Decimal(0)
    whole = sum(by_firm.values(), Decimal(0))
    guessed = [side.yearly_kg for _, side in near if side.flow.confidence in GUESSED]
    rivals = {one.flow.actor_id for one in wanted if _wants(one, first)}
    found = Prospect(
        resource=first.resource,
        serves_for=tuple(sorted(first.functions & intake.functions)),
        firms=len(by_firm),
        kg_a_year=round(whole, 3),
        untold=sum(side.yearly_kg is None for _, side in near),
        guessed_kg_a_year=round(sum((kg for kg in guessed if kg), Decimal(0)), 3),
        largest_share=round(float(max(by_firm.values()) / whole), 3) if whole else None,
        nearest_km=min(km for km, _ in near),
        wanted_by=len(rivals),
    )
    waste = any(_is_waste(side) for _, side in near)
    reasons = _reasons(found, intake, first, km_max, waste=waste, knowledge=knowledge)
    return replace(found, reasons=tuple(reasons))


def _wants(need: Side, offer: Side) -> bool:
    return need.resource == offer.resource or bool(need.functions & offer.functions)


def _is_waste(side: Side) -> bool:
    return side.flow.is_waste and side.flow.waste_status not in NOT_WASTE


def _reasons(
    found: Prospect,
    intake: Intake,
    first: Side,
    km_max: float,
    *,
    waste: bool,
    knowledge: Knowledge,
) -> Iterator[Sentence]:
    yield _why(found, intake, first, knowledge)
    yield Sentence(
        en=f"{found.firms} firms within {number_en(km_max)} km by road, the nearest at "
        f"{number_en(found.nearest_km)} km",
        fr=f"{found.firms} entreprises à moins de {number_fr(km_max)} km par la route, la plus "
        f"proche à {number_fr(found.nearest_km)} km",
    )
    yield _amount(found)
    if found.largest_share is not None and found.largest_share >= DEPENDS_FROM:
        share = round(found.largest_share * 100)
        yield Sentence(
            en=f"one firm brings {share} % of it: the activity would depend on it",
            fr=f"une entreprise en apporte {share} % : l'activité en dépendrait",
        )
    if found.wanted_by:
        yield Sentence(
            en=f"already looked for around here, by firms: {found.wanted_by}",
            fr=f"déjà cherché alentour, par des entreprises : {found.wanted_by}",
        )
    if waste:
        yield Sentence(
            en="waste: whoever takes it in must be approved for it",
            fr="déchet : qui le prend doit y être autorisé",
        )


def _why(found: Prospect, intake: Intake, first: Side, knowledge: Knowledge) -> Sentence:
    rule = intake.rules.get(first.spec or "")
    known = knowledge.resources.get(first.spec or "")
    en, fr = (known.label, known.label_fr) if known else (found.resource, found.resource)
    if rule is not None:
        path = rule.status_path
        return Sentence(
            en=f"{en} goes into {intake.label}: {rule.process} ({path}; known from: {rule.source})",
            fr=f"{fr} : {process(rule.process)} ({path} ; connu par : {rule.source})",
        )
    uses = ", ".join(found.serves_for)
    return Sentence(
        en=f"{en} serves for {uses}, which {intake.label} takes in (known from: {intake.source})",
        fr=f"{fr} sert à : {uses} ; {intake.label} en consomme (connu par : {intake.source})",
    )


def _amount(found: Prospect) -> Sentence:
    tonnes = rounded(found.kg_a_year / KG_PER_TONNE)
    guessed = rounded(found.guessed_kg_a_year / KG_PER_TONNE)
    return Sentence(
        en=f"{number_en(tonnes)} t a year are told, {number_en(guessed)} t of them only observed; "
        f"flows without an amount: {found.untold}",
        fr=f"{number_fr(tonnes)} t par an annoncées, dont {number_fr(guessed)} t seulement "
        f"observées ; flux sans quantité : {found.untold}",
    )
