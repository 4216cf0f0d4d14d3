"""The axes: their words, what no single field shows to be wrong, and how they change."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from maillage_contracts.flows import Flow as FlowDocument
from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import KNOWN_FLOW_KINDS
from maillage_flows.domain.declaration import (
    Declaration,
    amended,
    check,
    differences,
    folded,
    searched,
)

Saying = Callable[..., Declaration]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("kind", {"kind": "matter"}),
        ("direction", {"direction": "sideways"}),
        ("intent", {"intent": "sell"}),
        ("willingness", {"willingness": "maybe"}),
        ("confidence", {"confidence": "guessed"}),
        ("condition.physical", {"condition": {"physical": "foam"}}),
        ("legal.waste_status", {"legal": {"waste_status": "rubbish"}}),
        ("quantity.unit", {"quantity": {"value": 2, "unit": "tons", "per": "P1M"}}),
        ("per_pickup.unit", {"per_pickup": {"value": 2, "unit": "tons"}}),
    ],
)
def test_a_word_out_of_its_list_is_refused_with_the_list(
    a_declaration: Saying, field: str, changes: dict[str, object]
) -> None:
    with pytest.raises(ValidationError) as refused:
        a_declaration(**changes)
    (fault,) = refused.value.errors()
    assert ".".join(map(str, fault["loc"])) == field
    assert "use one of: " in fault["msg"]


def test_the_list_is_told_whole(a_declaration: Saying) -> None:
    with pytest.raises(ValidationError, match=", ".join(KNOWN_FLOW_KINDS)):
        a_declaration(kind="matter")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("quantity.value", {"quantity": {"value": 0, "unit": "t", "per": "P1M"}}),
        ("quantity.value", {"quantity": {"value": "NaN", "unit": "t", "per": "P1M"}}),
        ("quantity.per", {"quantity": {"value": 1, "unit": "t", "per": "P2W"}}),
        ("pain_rank", {"pain_rank": 4}),
        ("resource.label", {"resource": {"label": " "}}),
        ("resource.label", {"resource": {"label": "two\nlines"}}),
        ("resource.waste_code", {"resource": {"label": "x", "waste_code": "99 01 01"}}),
        ("position.lat", {"position": {"lat": 91, "lon": 0}}),
        ("visibility", {"visibility": "everybody"}),
        ("price", {"price": 3}),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    a_declaration: Saying, field: str, changes: dict[str, object]
) -> None:
    with pytest.raises(ValidationError) as refused:
        a_declaration(**changes)
    assert [".".join(map(str, fault["loc"])) for fault in refused.value.errors()] == [field]


def test_a_firm_is_not_willing_before_it_says_so() -> None:
    said = Declaration.model_validate(
        {"kind": "waste", "direction": "out", "intent": "pool", "resource": {"label": "DIB"}}
    )
    assert said.willingness == "none"
    assert not said.is_willing


def test_what_is_declared_is_what_others_read() -> None:
    told_by_us = set(Declaration.model_fields) | {
        "flow_id",
        "actor_id",
        "status",
        "observed_at",
        "open_questions",
    }
    assert told_by_us == set(FlowDocument.model_fields)


def test_it_does_not_end_before_it_begins(a_declaration: Saying) -> None:
    said = a_declaration(available_from="2026-12-02", available_until="2026-12-01")
    with pytest.raises(Invalid, match="before available_from") as refused:
        check(said)
    assert refused.value.field == "available_until"
    check(a_declaration(available_from="2026-12-01", available_until="2026-12-01"))


def test_what_the_law_calls_hazardous_is(a_declaration: Saying) -> None:
    oil = {"label": "Huiles moteur", "waste_code": "13 02 05*"}
    with pytest.raises(Invalid, match="hazardous by law") as refused:
        check(a_declaration(resource=oil, legal={"is_hazardous": False}))
    assert refused.value.field == "legal.is_hazardous"
    check(a_declaration(resource=oil, legal={"is_hazardous": True}))
    check(a_declaration(resource=oil))


def test_differences_are_named_one_level_down(a_declaration: Saying) -> None:
    before = a_declaration(condition={"form": "bale"}, pain_rank=1)
    after = a_declaration(
        condition={"form": "sheet", "physical": "solid"},
        quantity={"value": 1, "unit": "t", "per": "P1M"},
        pain_rank=1,
    )
    assert set(differences(before, after)) == {
        "condition.form",
        "condition.physical",
        "quantity",
    }
    assert not list(differences(before, before))


def test_a_patch_merges_and_null_removes(a_declaration: Saying) -> None:
    before = a_declaration(
        condition={"form": "bale", "contamination": "oily"},
        quantity={"value": "2", "unit": "t", "per": "P1M"},
    )
    after = amended(
        before,
        {"condition": {"contamination": None}, "quantity": {"value": "2.5"}, "pain_rank": 2},
    )
    assert after.condition.form == "bale"
    assert after.condition.contamination is None
    assert after.quantity is not None
    assert (str(after.quantity.value), after.quantity.unit) == ("2.5", "t")
    assert amended(after, {"quantity": None, "cost_today": None}).quantity is None


@pytest.mark.parametrize(
    ("patch", "field", "words"),
    [
        ({"kind": None}, "kind", "required"),
        ({"status": "open"}, "status", "not known, or does not change this way"),
        ({"kind": "matter"}, "kind", "use one of: material"),
        ({"resource": "pallets"}, "resource", "an object"),
        ({"\ud800": 1}, "body", "unicode"),
        ({"quantity": {"value": 1}}, "quantity.unit", "required"),
        ({"pain_rank": "one"}, "pain_rank", "integer"),
    ],
)
def test_a_patch_that_cannot_be_names_the_field(
    a_declaration: Saying, patch: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        amended(a_declaration(), patch)
    assert refused.value.field == field


def test_search_minds_neither_accents_nor_capitals(a_declaration: Saying) -> None:
    said = a_declaration(
        resource={"label": "Déchets verts", "spec": "biowaste_dry", "functions": ["soil_improver"]}
    )
    assert searched(said) == "dechets verts biowaste_dry  soil_improver"
    assert folded("DÉCHETS") in searched(said)
