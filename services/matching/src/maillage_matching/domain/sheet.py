"""The experience sheet of a case, drafted: what is known is there, the rest is left to fill in.

Its sections are those of the page of an industrial ecology programme of the Genevois français.
Firms are called by a letter and their NAF division: an advisor names them, with their consent.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import CaseId, Money, PeriodicQuantity
from maillage_matching.domain.agreement import Attribution
from maillage_matching.domain.case import BEFORE_AGREEMENT, Case
from maillage_matching.domain.kept import Kept
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pilot import Kpi
from maillage_matching.domain.sheet_words import (
    ANSWERS,
    EIT,
    FACETS,
    KINDS,
    PILLARS,
    REASONS,
    ROLES,
    SOURCES,
    STATUSES,
    TO_FILL,
    UNITS,
    day,
    number,
    process,
)

PERIODS = {"P1D": "jour", "P1W": "semaine", "P1M": "mois", "P3M": "trimestre", "P1Y": "an"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MINUTES_PER_HOUR = 60


class Agreed(NamedTuple):
    """What the parties agreed, as far as a sheet tells it."""

    quantity: PeriodicQuantity | None = None
    saving: Money | None = None
    price: Money | None = None
    attribution: Attribution | None = None
    ended_for: str | None = None


class Section(Kept):
    """A heading of the template, and its lines."""

    title: str
    lines: tuple[str, ...]


class Sheet(Kept):
    """The draft. `to_fill` are the headings where something is still missing."""

    case_id: CaseId
    title: str
    sections: tuple[Section, ...]
    to_fill: tuple[str, ...]


def sheet_of(case: Case, agreed: Agreed, alike: int, knowledge: Knowledge) -> Sheet:
    """The draft of a case that came to an agreement, or to nothing; raises Refused before.

    `alike` is the number of cases here that differ only by their firms.
    """
    if case.status in BEFORE_AGREEMENT or case.paused_from in BEFORE_AGREEMENT:
        raise Refused(f"this case is {case.status}: there is no experience to tell yet")
    resource = _label(case.resource, knowledge)
    sections = tuple(
        Section(title=title, lines=tuple(lines))
        for title, lines in (
            ("Détails du projet", _details(case)),
            ("Piliers de l'économie circulaire", PILLARS.get(case.kind, (EIT,))),
            ("Description", _description(case, resource, knowledge)),
            ("Résultats qualitatifs et chiffres clés", _results(case, agreed)),
            ("Historique et perspectives", _history(case)),
            ("Facteurs d'accélération", _levers(case)),
            ("Freins", _brakes(case, agreed)),
            ("Domaines d'activités", _sectors(case, knowledge)),
            ("Ressources", _resources(case, resource, knowledge)),
            ("Partenaires", (f"{len(case.actor_ids)} entreprises ; autres : {TO_FILL}",)),
            ("Moyens techniques et méthodologies", _equipment(case, knowledge)),
            ("Moyens humains", _hours(case)),
            ("Financeurs", (TO_FILL,)),
            ("Financement", (TO_FILL,)),
            ("Documents", (TO_FILL,)),
            ("Reproductibilité", _elsewhere(alike)),
        )
    )
    missing = (one.title for one in sections if any(TO_FILL in line for line in one.lines))
    # Not the title of the case: that names its firms.
    title = f"{resource.capitalize()}, {KINDS.get(case.kind, case.kind)}"
    return Sheet(case_id=case.case_id, title=title, sections=sections, to_fill=tuple(missing))


def page_of(sheet: Sheet) -> str:
    """The draft as text with headings, to be edited."""
    lines = [f"# {sheet.title}", ""]
    for one in sheet.sections:
        lines += [f"## {one.title}", "", *(f"- {_flat(line)}" for line in one.lines), ""]
    return "\n".join(lines)


def _details(case: Case) -> Iterator[str]:
    yield f"Structure porteuse : {TO_FILL}"
    yield f"Nature de l'initiative : {KINDS.get(case.kind, case.kind)}"
    yield f"Périmètre : {TO_FILL}"
    yield f"Localisation : {TO_FILL}"
    yield f"Date de début : {day(case.opened_at.date())}"
    over = next((step for step in reversed(case.steps) if not case.is_open), None)
    yield f"Date de fin : {day(over.at.date()) if over else 'en cours'}"


def _description(case: Case, resource: str, knowledge: Knowledge) -> Iterator[str]:
    firms = dict(zip(case.actor_ids, LETTERS, strict=False))
    for one in case.members:
        naf = f" (NAF {one.division})" if one.division else ""
        letter = firms.get(one.actor_id, "autre")
        yield f"Entreprise {letter}{naf} : {ROLES.get(one.role, one.role)}"
    instead = f" à la place de {_label(case.replaces, knowledge)}" if case.replaces else ""
    yield f"Ce qui circule : {resource}{instead}"
    if case.transformation:
        yield f"Transformation : {process(case.transformation)}"
    yield f"Piste {SOURCES.get(case.source, case.source)}"


def _results(case: Case, agreed: Agreed) -> Iterator[str]:
    if agreed.quantity:
        told = agreed.quantity
        per, unit = PERIODS.get(told.per, told.per), UNITS.get(told.unit, told.unit)
        yield f"Quantité convenue : {number(told.value)} {unit} par {per}"
    if agreed.saving:
        yield f"Économie confirmée : {_money(agreed.saving)} par an"
    if agreed.price:
        yield f"Prix entre les parties : {_money(agreed.price)} par an"
    yield from (_figure(kpi) for kpi in (case.pilot.kpis if case.pilot else ()))
    if agreed.attribution:
        yield f"Aurait-elle eu lieu sans la démarche ? {ANSWERS[agreed.attribution]}"
    yield f"Résultats environnementaux et sociaux, d'après le bilan d'impact : {TO_FILL}"


def _figure(kpi: Kpi) -> str:
    found = "non mesuré" if kpi.measured is None else number(kpi.measured)
    before = f", avant {number(kpi.before)}" if kpi.before is not None else ""
    met = {True: "atteint", False: "non atteint", None: ""}[kpi.is_met]
    told = f"{kpi.name} : {found} {kpi.unit} (objectif {number(kpi.target)}{before})"
    return f"{told}, {met}" if met else told


def _history(case: Case) -> Iterator[str]:
    for step in case.steps:
        yield f"{day(step.at.date())} : {STATUSES.get(step.status, step.status)}"
    if case.pilot:
        yield f"Essai décidé le {day(case.pilot.decide_on)}"
    yield f"Perspectives : {TO_FILL}"


def _levers(case: Case) -> Sequence[str]:
    found = [
        f"{FACETS[name]} : {facet.note or 'favorable'}"
        for name, facet in case.facets.items()
        if facet.verdict == "ok"
    ]
    return found or (TO_FILL,)


def _brakes(case: Case, agreed: Agreed) -> Sequence[str]:
    found = [
        f"{FACETS[name]} : {facet.note or 'défavorable'}"
        for name, facet in case.facets.items()
        if facet.verdict == "ko"
    ]
    found += [REASONS.get(reason, reason) for reason in case.reasons]
    if agreed.ended_for:
        found.append(f"fin : {REASONS.get(agreed.ended_for, agreed.ended_for)}")
    return found or (TO_FILL,)


def _sectors(case: Case, knowledge: Knowledge) -> Sequence[str]:
    divisions = dict.fromkeys(one.division for one in case.members if one.division)
    found = ((code, knowledge.activity_of(code)) for code in divisions)
    told = [f"NAF {code}{f' ({one.label})' if one else ''}" for code, one in found]
    return told or (TO_FILL,)


def _resources(case: Case, resource: str, knowledge: Knowledge) -> Iterator[str]:
    yield resource
    if case.replaces:
        yield _label(case.replaces, knowledge)


def _equipment(case: Case, knowledge: Knowledge) -> Sequence[str]:
    return (_label(case.equipment, knowledge),) if case.equipment else (TO_FILL,)


def _hours(case: Case) -> Iterator[str]:
    if case.minutes_spent:
        hours = Decimal(case.minutes_spent) / MINUTES_PER_HOUR
        yield f"{number(round(hours, 1))} heures d'accompagnement"
    yield f"Temps des entreprises : {TO_FILL}"


def _elsewhere(alike: int) -> Iterator[str]:
    yield f"Cas semblables sur le territoire : {alike}"
    yield f"Conditions à réunir ailleurs : {TO_FILL}"


def _label(spec: str, knowledge: Knowledge) -> str:
    known = knowledge.resources.get(spec)
    return known.label_fr if known else spec


def _money(money: Money) -> str:
    return f"{number(money.amount)} {'euros' if money.currency == 'EUR' else money.currency}"


def _flat(text: str) -> str:
    """One line of it: what people typed must not become headings of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
