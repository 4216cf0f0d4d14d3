"""Questions: one for each attribute, answered once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.samples import an_id
from maillage_flows.domain.actor import Actor
from maillage_flows.domain.flow import Flow, amend
from maillage_flows.domain.question import (
    ATTRIBUTES,
    OPEN_MAX,
    Question,
    answered,
    ask,
    attribute_named,
    in_words,
    settled,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

FlowMaker = Callable[..., Flow]


def a_question(attribute: str) -> Question:
    return Question(
        question_id=an_id("question"),
        flow_id=an_id("flow"),
        actor_id=an_id("Villaverde"),
        attribute=attribute,
        why="it decides",
        asked_by="matching",
        asked_at=NOW,
    )


def test_whatever_may_be_unknown_may_be_asked() -> None:
    assert ATTRIBUTES["contamination"] == "condition.contamination"
    assert ATTRIBUTES["waste_status"] == "legal.waste_status"
    assert ATTRIBUTES["spec"] == "resource.spec"
    assert ATTRIBUTES["quantity"] == "quantity"
    assert not {"label", "kind", "willingness", "confidence"} & ATTRIBUTES.keys()


@pytest.mark.parametrize("name", ["contamination", "condition.contamination"])
def test_an_attribute_has_a_short_and_a_long_name(name: str) -> None:
    assert attribute_named(name) == "contamination"


@pytest.mark.parametrize("name", ["colour", "legal.contamination", "kind", "", "quantity."])
def test_nobody_asks_what_nobody_could_tell(name: str) -> None:
    with pytest.raises(Invalid, match="activity_zone, available_from") as refused:
        attribute_named(name)
    assert refused.value.field == "attribute"


def test_each_attribute_is_asked_once(a_flow: FlowMaker) -> None:
    asked = ask(a_flow("open"), "form")
    assert asked.open_questions == ("form",)
    with pytest.raises(Refused, match="form is asked already"):
        ask(asked, "form")
    assert ask(asked, "physical").open_questions == ("form", "physical")


def test_there_is_an_end_to_asking(a_flow: FlowMaker) -> None:
    many = tuple(f"thing_{n}" for n in range(OPEN_MAX))
    with pytest.raises(Refused, match="answer some first"):
        ask(a_flow(open_questions=many), "form")
    with pytest.raises(Refused, match="for good"):
        ask(a_flow("ended"), "form")


@pytest.mark.parametrize(
    ("attribute", "value", "path"),
    [
        ("contamination", "clean", "condition.contamination"),
        ("waste_status", "by_product", "legal.waste_status"),
        ("is_hazardous", False, "legal.is_hazardous"),
        ("quantity", {"value": "2", "unit": "t", "per": "P1M"}, "quantity"),
        ("functions", ["cushioning"], "resource.functions"),
        ("available_until", "2027-01-01", "available_until"),
    ],
)
def test_an_answer_is_told_and_closes_the_question(
    a_flow: FlowMaker, villaverde: Actor, attribute: str, value: object, path: str
) -> None:
    flow = ask(ask(a_flow("open"), attribute), "temperature")
    after = answered(flow, a_question(attribute), value, villaverde, NOW)
    told: object = after.declaration
    for name in path.split("."):
        told = getattr(told, name)
    assert told not in (None, ())
    assert after.open_questions == ("temperature",)
    assert after.observed_at == NOW


def test_an_answer_brings_a_stale_flow_back(a_flow: FlowMaker, villaverde: Actor) -> None:
    flow = ask(a_flow("stale", was_open=True), "form")
    assert answered(flow, a_question("form"), "bale", villaverde, NOW).status == "open"


def test_an_answer_may_confirm_what_was_told(a_flow: FlowMaker, villaverde: Actor) -> None:
    flow = ask(a_flow("open", condition={"form": "bale"}), "form")
    after = answered(flow, a_question("form"), "bale", villaverde, NOW)
    assert (after.declaration, after.open_questions) == (flow.declaration, ())


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "say what the answer is"), ("rubbish", "legal.waste_status: use one of: product")],
)
def test_an_answer_that_cannot_be_is_refused(
    a_flow: FlowMaker, villaverde: Actor, value: object, words: str
) -> None:
    flow = ask(a_flow("open"), "waste_status")
    with pytest.raises(Invalid, match=words) as refused:
        answered(flow, a_question("waste_status"), value, villaverde, NOW)
    assert refused.value.field == "value"


def test_a_question_is_answered_once(a_flow: FlowMaker, villaverde: Actor) -> None:
    with pytest.raises(Refused, match="no longer asked"):
        answered(a_flow("open"), a_question("form"), "bale", villaverde, NOW)


def test_what_a_change_tells_is_asked_no_longer(a_flow: FlowMaker, villaverde: Actor) -> None:
    flow = ask(ask(ask(a_flow("open"), "form"), "physical"), "cross_border")
    after = amend(flow, {"condition": {"form": "bale"}}, villaverde, NOW.date())
    assert settled(flow, after).open_questions == ("physical", "cross_border")


def test_what_is_no_attribute_is_answered_in_words(a_flow: FlowMaker, villaverde: Actor) -> None:
    question = a_question("cross_border")
    flow = ask(a_flow("open"), "cross_border")
    assert in_words(question, "Annex VII, signed") == "Annex VII, signed"
    after = answered(flow, question, "Annex VII, signed", villaverde, NOW)
    assert after == replace(flow, open_questions=(), observed_at=NOW)
    assert in_words(a_question("form"), "bale") is None


@pytest.mark.parametrize("value", ["", 3, {"a": 1}, "x" * 2001, "nul \0", "half \ud800"])
def test_words_are_a_text(value: object) -> None:
    with pytest.raises(Invalid, match="in words"):
        in_words(a_question("cross_border"), value)
