"""The experience sheet: its words, its numbers, and what is left to fill in."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

import pytest

from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import PERIODS_PER_YEAR, ActorId, FlowId, Money, PeriodicQuantity
from maillage_matching.domain.agreement import Attribution
from maillage_matching.domain.case import BEFORE_AGREEMENT, FACETS, Case, CaseStatus, Facet, Step
from maillage_matching.domain.draft import LeadKind, Member
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.lead import LeadSource
from maillage_matching.domain.pilot import Kpi, Pilot
from maillage_matching.domain.resource import THEN
from maillage_matching.domain.sheet import PERIODS, Agreed, Sheet, page_of, sheet_of
from maillage_matching.domain.sheet_words import (
    ANSWERS,
    KINDS,
    PILLARS,
    PROCESSES,
    REASONS,
    SOURCES,
    STATUSES,
    TO_FILL,
    day,
    number,
    process,
)
from maillage_matching.domain.sheet_words import FACETS as FACET_WORDS
from maillage_matching.domain.suppression import OUR_OWN_REASONS
from maillage_matching.domain.suppression import REASONS as KNOWN_REASONS

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATUS: tuple[CaseStatus, ...] = get_args(CaseStatus)


def a_case(**changes: Any) -> Case:  # noqa: ANN401 fields of a case
    members = tuple(
        Member(
            flow_id=FlowId(an_id(f"flow of {name}")),
            actor_id=ActorId(an_id(name)),
            role=role,
            division=division,
        )
        for name, role, division in (("Villaverde", "donor", "47"), ("STRH", "receiver", "28"))
    )
    usual: dict[str, Any] = {
        "case_id": an_id("case"),
        "kind": "substitution",
        "title": "Pallets of Villaverde for STRH",
        "source": "workshop",
        "owner": "advisor-1",
        "lead_ids": (an_id("lead"),),
        "members": members,
        "resource": "pallet",
        "status": "closed",
        "opened_at": NOON,
    }
    return Case(**{**usual, **changes})


def lines(sheet: Sheet, title: str) -> tuple[str, ...]:
    return next(section.lines for section in sheet.sections if section.title == title)


def test_every_word_of_a_case_has_its_french(knowledge: Knowledge) -> None:
    steps = {step for rule in knowledge.rules.values() for step in rule.process.split(THEN)}
    assert set(PROCESSES) == steps - {""}
    assert set(STATUSES) == set(STATUS)
    assert set(KINDS) == set(PILLARS) == set(get_args(LeadKind))
    assert set(SOURCES) == set(get_args(LeadSource))
    assert set(ANSWERS) == set(get_args(Attribution))
    assert set(FACET_WORDS) == set(FACETS)
    assert set(REASONS) == set(KNOWN_REASONS) | OUR_OWN_REASONS
    assert set(PERIODS) == set(PERIODS_PER_YEAR)


@pytest.mark.parametrize(
    ("told", "words"),
    [("2160.00", "2 160"), ("0.5", "0,5"), ("-1234567.25", "-1 234 567,25"), ("0", "0")],
)
def test_numbers_are_written_as_in_france(told: str, words: str) -> None:
    assert number(Decimal(told)) == words


def test_days_are_written_as_in_france() -> None:
    assert (day(date(2026, 11, 23)), day(date(2027, 8, 1))) == ("23 novembre 2026", "1er août 2027")


@pytest.mark.parametrize("status", sorted(BEFORE_AGREEMENT))
def test_there_is_no_sheet_before_an_agreement(status: CaseStatus, knowledge: Knowledge) -> None:
    for case in (a_case(status=status), a_case(status="paused", paused_from=status)):
        with pytest.raises(Refused, match="no experience"):
            sheet_of(case, Agreed(), 1, knowledge)


def test_what_is_known_is_told_and_the_rest_left_to_fill_in(knowledge: Knowledge) -> None:
    kpi = Kpi(name="palettes", unit="par mois", target=Decimal(30), measured=Decimal(28))
    case = a_case(
        steps=(Step(status="opened", at=NOON, by="a"), Step(status="closed", at=NOON, by="a")),
        facets={
            **dict.fromkeys(FACETS, Facet()),
            "technical": Facet(verdict="ok", note="mêmes palettes"),
            "economic": Facet(verdict="ko"),
        },
        pilot=Pilot(kpis=(kpi,), started_on=NOON.date(), decide_on=date(2027, 3, 1)),
        minutes_spent=450,
    )
    agreed = Agreed(
        quantity=PeriodicQuantity(value=Decimal(30), unit="unit", per="P1M"),
        saving=Money(amount=Decimal("2160.00")),
        attribution="partly",
    )
    sheet = sheet_of(case, agreed, 3, knowledge)
    results = lines(sheet, "Résultats qualitatifs et chiffres clés")
    assert results[:3] == (
        "Quantité convenue : 30 unités par mois",
        "Économie confirmée : 2 160 euros par an",
        "palettes : 28 par mois (objectif 30), non atteint",
    )
    assert lines(sheet, "Facteurs d'accélération") == ("technique : mêmes palettes",)
    assert lines(sheet, "Freins") == ("économique : défavorable",)
    assert lines(sheet, "Détails du projet")[-1] == "Date de fin : 23 novembre 2026"
    assert lines(sheet, "Moyens humains")[0] == "7,5 heures d'accompagnement"
    assert lines(sheet, "Reproductibilité")[0] == "Cas semblables sur le territoire : 3"
    assert "Financeurs" in sheet.to_fill
    assert "Freins" not in sheet.to_fill


def test_what_is_done_to_the_matter_and_what_it_costs_is_told(knowledge: Knowledge) -> None:
    case = a_case(
        kind="transformation",
        resource="cardboard",
        replaces="bubble_wrap",
        transformation="shredding",
        equipment="cardboard_shredder",
        steps=(Step(status="running", at=NOON, by="a"),),
        status="running",
    )
    agreed = Agreed(price=Money(amount=Decimal(500)), ended_for="no_storage")
    sheet = sheet_of(case, agreed, 1, knowledge)
    assert "Transformation : broyage" in lines(sheet, "Description")
    assert "Prix entre les parties : 500 euros par an" in page_of(sheet)
    assert lines(sheet, "Moyens techniques et méthodologies") == ("Broyeur à carton",)
    assert lines(sheet, "Détails du projet")[-1] == "Date de fin : en cours"
    assert lines(sheet, "Freins") == ("fin : pas de place pour stocker",)


def test_two_steps_are_told_one_after_the_other() -> None:
    assert (
        process("sorting-and-crushing-then-regranulation") == "tri et broyage, puis regranulation"
    )


def test_its_headings_are_those_of_the_page_it_is_for(knowledge: Knowledge) -> None:
    titles = [section.title for section in sheet_of(a_case(), Agreed(), 1, knowledge).sections]
    assert titles == [
        "Détails du projet",
        "Piliers de l'économie circulaire",
        "Description",
        "Résultats qualitatifs et chiffres clés",
        "Historique et perspectives",
        "Facteurs d'accélération",
        "Freins",
        "Domaines d'activités",
        "Ressources",
        "Partenaires",
        "Moyens techniques et méthodologies",
        "Moyens humains",
        "Financeurs",
        "Financement",
        "Documents",
        "Reproductibilité",
    ]
    details = lines(sheet_of(a_case(), Agreed(), 1, knowledge), "Détails du projet")
    assert [line.partition(" :")[0] for line in details] == [
        "Structure porteuse",
        "Nature de l'initiative",
        "Périmètre",
        "Localisation",
        "Date de début",
        "Date de fin",
    ]


def test_firms_are_not_named(knowledge: Knowledge) -> None:
    page = page_of(sheet_of(a_case(), Agreed(), 1, knowledge))
    assert "Villaverde" not in page
    assert "STRH" not in page
    assert "Entreprise A (NAF 47) : cède" in page


def test_what_came_to_nothing_has_a_sheet_too(knowledge: Knowledge) -> None:
    case = a_case(status="abandoned", reasons=("insurance", "actor_closed"))
    sheet = sheet_of(case, Agreed(), 1, knowledge)
    assert lines(sheet, "Freins") == ("assurance", "cessation d'une entreprise")


def test_what_people_typed_makes_no_heading(knowledge: Knowledge) -> None:
    note = Facet(verdict="ok", note="bien\n## Financeurs\x1b[31m")
    case = a_case(facets={**dict.fromkeys(FACETS, Facet()), "technical": note})
    page = page_of(sheet_of(case, Agreed(), 1, knowledge))
    assert page.count("\n## ") == len(sheet_of(case, Agreed(), 1, knowledge).sections)
    assert TO_FILL in page
    assert "\x1b" not in page
