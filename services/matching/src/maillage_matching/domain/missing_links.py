"""Carriers, machines and plants that a territory lacks: where, and who would bring how much."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.actor import WASTE_TRANSPORT
from maillage_matching.domain.gates_of_law import NOT_WASTE
from maillage_matching.domain.gathering import Grid, Group, Source, gather
from maillage_matching.domain.kept import Kept
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Ground, Side, road_km
from maillage_matching.domain.pooling import may_join, takes
from maillage_matching.domain.resource import Rule
from maillage_matching.domain.road import DETOUR
from maillage_matching.domain.sentence import Sentence, number_en, number_fr, rounded

LINK_REACH_KM = 30.0
"""By road: half the distance that leads may go, as what is brought there must also be fetched."""
LINK_RESOLUTION = 6
"""Of H3: edges of nearly four km. Finer would pretend to know where a plant should stand."""
LINK_FIRMS_MIN = 3
"""Below it is a lead, and a firm could be guessed."""
DOMINANT_SHARE = 0.85
"""A figure of which one firm makes so much tells of that firm: statistical offices withhold it, as
they do below three firms (rules of the French institute of statistics on business secrecy)."""
NOWHERE_KM = 200.0
"""For the order: as if the nearest were so far, where none is known."""
GUESSED = frozenset({"observed"})
"""Confidences of what an advisor saw and no firm declared."""
KG_PER_TONNE = 1000

LinkKind = Literal["carrier", "machine", "treatment"]


class Link(Kept):
    """Something that is missing around a place. Amounts are for a year, in `unit`.

    `weight` orders: tonnes times the kilometres that the nearest one is too far away. What is None
    is not known, or withheld from readers that it could tell of one firm. `seasonal_share` is the
    part of the amount that is not there all year.
    """

    link_id: UUID
    kind: LinkKind
    equipment: str
    role: str
    resources: tuple[str, ...]
    centre: GeoPoint
    reach_km: float
    firms: int
    amount: Decimal
    unit: str
    guessed_amount: Decimal | None
    silent_flows: int | None
    seasonal_share: float | None = None
    paid_eur_a_year: Decimal | None
    largest_share: float | None
    top3_share: float | None
    nearest_km: float | None
    weight: float
    words: Sentence


class LinkReport(Kept):
    """The missing links of a territory, as they stood when the report was made."""

    quarter: str
    made_at: datetime
    links: tuple[Link, ...]


@dataclass(frozen=True)
class _Missing:
    """What could be there, and what would go into it."""

    kind: LinkKind
    equipment: str
    role: str
    rules: tuple[Rule, ...]


def links_of(sides: Sequence[Side], grid: Grid, ground: Ground) -> tuple[Link, ...]:
    """What would find most to do first; each with three firms at least."""
    open_sides = [side for side in sides if may_join(side, ground)]
    found: list[Link] = []
    for missing, waiting, there in _waiting(open_sides, ground):
        for unit, those in _by_unit(waiting).items():
            by_id = {side.flow.flow_id: side for side in those}
            sources = [_source(side, unit) for side in those]
            reach_km = LINK_REACH_KM / DETOUR
            for group in gather(sources, grid, reach_km, firms_min=LINK_FIRMS_MIN):
                members = [by_id[one.flow_id] for one in group.sources]
                found.append(_link(missing, group, members, there, ground.knowledge))
    return tuple(sorted(found, key=_first))


def _first(link: Link) -> tuple[bool, float, str]:
    return link.unit != "kg", -link.weight, str(link.link_id)


def _waiting(
    sides: Sequence[Side], ground: Ground
) -> Iterator[tuple[_Missing, list[Side], list[Side]]]:
    """Each thing that may be missing, the flows that have none near, and where there is one."""
    offered = [side for side in sides if side.flow.direction == "out" and side.flow.position]
    if not ground.carriers.valid:
        waste = [side for side in offered if _is_waste(side)]
        yield _Missing("carrier", WASTE_TRANSPORT, "carrier", ()), waste, []
    by_machine: dict[str, list[Rule]] = defaultdict(list)
    for rule in ground.knowledge.rules.values():
        if rule.equipment:
            by_machine[rule.equipment].append(rule)
    for machine, rules in sorted(by_machine.items()):
        taken_in = {rule.from_spec for rule in rules}
        there = [side for side in sides if _is_there(side, machine, rules, ground)]
        waiting = [side for side in offered if side.spec in taken_in and not _is_near(side, there)]
        outlets = any(rule.family == "outlet" for rule in rules)
        role = next((rule.processor_role for rule in rules if rule.processor_role), "processor")
        kind: LinkKind = "treatment" if outlets else "machine"
        yield _Missing(kind, machine, role, tuple(rules)), waiting, there


def _is_waste(side: Side) -> bool:
    return side.flow.is_waste and side.flow.waste_status not in NOT_WASTE


def _is_there(side: Side, machine: str, rules: Iterable[Rule], ground: Ground) -> bool:
    if side.spec == machine and side.flow.direction == "out":
        return True
    return any(rule.family == "outlet" and takes(side, rule, ground) for rule in rules)


def _is_near(side: Side, there: Iterable[Side]) -> bool:
    """One whose place nobody knows may be near: nothing is called missing for sure."""
    distances = (road_km(side.flow, one.flow) for one in there)
    return any(km is None or km <= LINK_REACH_KM for km in distances)


def _by_unit(sides: Iterable[Side]) -> Mapping[str, list[Side]]:
    """In kg where that can be known; who tells no amount goes where the others of its kind are."""
    found: dict[str, list[Side]] = defaultdict(list)
    silent: list[Side] = []
    for side in sides:
        unit = _unit(side)
        (found[unit] if unit else silent).append(side)
    if found and silent:
        found[max(sorted(found), key=lambda unit: len(found[unit]))] += silent
    return found


def _unit(side: Side) -> str | None:
    if side.yearly_kg is not None:
        return "kg"
    return side.yearly[1] if side.yearly else None


def _source(side: Side, unit: str) -> Source:
    position = side.flow.position
    if position is None:
        message = "only flows with a position are gathered"
        raise ValueError(message)
    return Source(side.flow.flow_id, side.flow.actor_id, position, _amount(side, unit))


def _amount(side: Side, unit: str) -> Decimal:
    if unit == "kg":
        return side.yearly_kg or Decimal(0)
    return side.yearly[0] if side.yearly and side.yearly[1] == unit else Decimal(0)


def _link(
    missing: _Missing,
    group: Group,
    members: Sequence[Side],
    there: Sequence[Side],
    knowledge: Knowledge,
) -> Link:
    unit = next((unit for side in members if (unit := _unit(side))), "kg")
    shares = _shares(members, unit)
    nearest_km = _nearest_km(group.centre, there)
    weight = float(group.amount) / KG_PER_TONNE
    weight *= max((nearest_km or NOWHERE_KM) - LINK_REACH_KM, 0)
    paid = [side.flow.cost_today.amount for side in members if side.flow.cost_today]
    guessed = (_amount(side, unit) for side in members if side.flow.confidence in GUESSED)
    at_times = sum((_amount(side, unit) for side in members if side.flow.is_seasonal), Decimal(0))
    link = Link(
        link_id=uuid5(NAMESPACE_URL, f"link/{missing.equipment}/{unit}/{group.cell}"),
        kind=missing.kind,
        equipment=missing.equipment,
        role=missing.role,
        resources=tuple(sorted({side.resource for side in members})),
        centre=group.centre,
        reach_km=LINK_REACH_KM,
        firms=group.firms,
        amount=round(group.amount, 3),
        unit=unit,
        guessed_amount=round(sum(guessed, Decimal(0)), 3),
        silent_flows=sum(_unit(side) is None for side in members),
        seasonal_share=round(float(at_times / group.amount), 3) if group.amount else None,
        paid_eur_a_year=sum(paid, Decimal(0)) if paid else None,
        largest_share=shares[0] if shares else None,
        top3_share=round(sum(shares[:3]), 3) if shares else None,
        nearest_km=nearest_km,
        weight=round(weight, 1),
        words=Sentence(en="", fr=""),
    )
    return _worded(link, knowledge)


def _shares(members: Iterable[Side], unit: str) -> list[float]:
    """Of each firm, the largest first."""
    by_firm: dict[object, Decimal] = defaultdict(Decimal)
    for side in members:
        by_firm[side.flow.actor_id] += _amount(side, unit)
    whole = sum(by_firm.values(), Decimal(0))
    if not whole:
        return []
    return sorted((round(float(one / whole), 3) for one in by_firm.values()), reverse=True)


def _nearest_km(centre: GeoPoint, there: Iterable[Side]) -> float | None:
    points = [side.flow.position for side in there if side.flow.position]
    if not points:
        return None
    return round(min(centre.distance_km(point) for point in points) * DETOUR, 1)


def for_everybody(report: LinkReport, knowledge: Knowledge) -> LinkReport:
    """The report without what could be put down to one firm, its amounts to two digits.

    A link of which nearly all is one firm's is left out, and so is one of unknown amount.
    """
    told = [
        _worded(_without_secrets(link), knowledge)
        for link in report.links
        if link.firms >= LINK_FIRMS_MIN
        and link.largest_share is not None
        and link.largest_share < DOMINANT_SHARE
    ]
    return report.model_copy(update={"links": tuple(told)})


def _without_secrets(link: Link) -> Link:
    return link.model_copy(
        update={
            "amount": rounded(link.amount),
            "weight": float(rounded(Decimal(str(link.weight)))),
            "guessed_amount": None,
            "silent_flows": None,
            "seasonal_share": None,
            "paid_eur_a_year": None,
            "largest_share": None,
            "top3_share": None,
        }
    )


def _worded(link: Link, knowledge: Knowledge) -> Link:
    amount, unit = rounded(link.amount), link.unit
    if unit == "kg":
        amount, unit = rounded(link.amount / KG_PER_TONNE), "t"
    names = [knowledge.resources.get(one) for one in link.resources]
    en = ", ".join(
        one.label if one else spec for one, spec in zip(names, link.resources, strict=True)
    )
    fr = ", ".join(
        one.label_fr if one else spec for one, spec in zip(names, link.resources, strict=True)
    )
    thing = knowledge.resources.get(link.equipment)
    called_en = thing.label if thing else link.equipment.replace("_", " ")
    called_fr = thing.label_fr if thing else link.equipment.replace("_", " ")
    near_en, near_fr = "none is known", "aucun n'est connu"
    if link.nearest_km is not None:
        near_en = f"the nearest is {number_en(link.nearest_km)} km away"
        near_fr = f"le plus proche est à {number_fr(link.nearest_km)} km"
    top_en = top_fr = ""
    if link.top3_share is not None:
        top_en = f"; the three largest bring {round(link.top3_share * 100)} %"
        top_fr = f" ; les trois plus grosses en apportent {round(link.top3_share * 100)} %"
    if link.seasonal_share:
        top_en += f"; {round(link.seasonal_share * 100)} % of it not all year"
        top_fr += f" ; {round(link.seasonal_share * 100)} % pas toute l'année"
    return link.model_copy(
        update={
            "words": Sentence(
                en=f"{called_en}: {number_en(amount)} {unit} a year ({en}) from {link.firms} firms "
                f"within {number_en(link.reach_km)} km{top_en}; {near_en}",
                fr=f"{called_fr} : {number_fr(amount)} {unit} par an ({fr}) de {link.firms} "
                f"entreprises à moins de {number_fr(link.reach_km)} km{top_fr} ; {near_fr}",
            )
        }
    )


def quarter_of(day: date) -> str:
    """As in 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarter_before(day: date) -> tuple[str, date]:
    """The quarter that ended last, and the first day after it."""
    first = date(day.year, 3 * ((day.month + 2) // 3) - 2, 1)
    return quarter_of(date.fromordinal(first.toordinal() - 1)), first
