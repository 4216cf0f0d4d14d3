"""Questions raised by matching or an advisor, answered by the firm or its visitor."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from uuid import UUID

import httpx
import pytest
from structlog.testing import capture_logs

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import FlowChanged
from maillage_contracts.matching import FlowQuestionRaised
from maillage_contracts.samples import a_flow_question_raised, an_id
from maillage_flows.entrypoints.kafka import handlers
from maillage_flows.usecases.store import Store
from maillage_serving.testing import FixedClock, deliver_twice, received

News = Callable[..., Awaitable[list[Event]]]
Open = Callable[..., Awaitable[UUID]]
QUESTION = an_id("is it clean?")


def raised(flow_id: object, **changes: object) -> FlowQuestionRaised:
    usual = {"question_id": QUESTION, "flow_id": flow_id, "attribute": "contamination"}
    return a_flow_question_raised(**{**usual, **changes})


@pytest.fixture
def ask(runner: Runner[Store]) -> Callable[..., Awaitable[None]]:
    """Matching raises questions; each is delivered twice."""
    numbers = count(1)

    async def asked(*events: FlowQuestionRaised) -> None:
        messages = [received(event, next(numbers)) for event in events]
        await deliver_twice(runner, handlers(), *messages)

    return asked


Ask = Callable[..., Awaitable[None]]


async def test_a_question_of_matching_is_answered_and_matching_looks_again(
    http: httpx.AsyncClient, open_flow: Open, ask: Ask, news: News, clock: FixedClock
) -> None:
    flow_id = await open_flow()
    await ask(raised(flow_id, why="STRH takes clean ones"))
    asked = (await news())[-1]
    assert isinstance(asked, FlowChanged)
    assert (asked.changed, asked.flow.open_questions) == (("open_questions",), ("contamination",))

    clock.advance(timedelta(days=2))
    path = f"/v1/questions/{QUESTION}"
    assert (await http.post(f"{path}/answer", json={"value": "clean"})).status_code == 200
    told = (await news())[-1]
    assert isinstance(told, FlowChanged)
    assert set(told.changed) == {"condition.contamination", "open_questions", "observed_at"}
    assert (told.flow.condition.contamination, told.flow.open_questions) == ("clean", ())
    assert told.flow.observed_at == clock()

    question = (await http.get(path)).json()
    assert (question["status"], question["closed_at"]) == ("answered", "2026-11-25T12:00:00Z")
    again = await http.post(f"{path}/answer", json={"value": "oily"})
    assert again.status_code == 409


async def test_an_answer_that_cannot_be_changes_nothing(
    http: httpx.AsyncClient, open_flow: Open, ask: Ask, news: News
) -> None:
    await ask(raised(await open_flow(), attribute="waste_status"))
    before = await news()
    for value in ("rubbish", None, {"a": 1}):
        answer = await http.post(f"/v1/questions/{QUESTION}/answer", json={"value": value})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "value")
    assert await news() == before
    assert (await http.get(f"/v1/questions/{QUESTION}")).json()["status"] == "open"


@pytest.mark.parametrize(
    ("again", "reason"),
    [
        ({"question_id": an_id("another")}, "asked already"),
        ({"attribute": "form"}, "asked before"),
        ({"flow_id": an_id("nothing"), "question_id": an_id("another")}, "no such flow"),
    ],
)
async def test_a_question_that_makes_no_sense_is_passed_over(
    open_flow: Open, ask: Ask, news: News, again: dict[str, object], reason: str
) -> None:
    flow_id = await open_flow()
    await ask(raised(flow_id))
    before = await news()
    with capture_logs() as logs:
        await ask(raised(**{"flow_id": flow_id, **again}))
    assert await news() == before
    (log,) = [log for log in logs if log["event"] == "event_passed_over"]
    assert reason in log["reason"]


async def test_nothing_is_asked_of_a_flow_that_is_gone(
    http: httpx.AsyncClient, open_flow: Open, ask: Ask, news: News
) -> None:
    flow_id = await open_flow()
    await ask(raised(flow_id))
    await http.post(f"/v1/flows/{flow_id}/end")
    ended = (await news())[-1]
    assert isinstance(ended, FlowChanged)
    assert ended.flow.open_questions == ()
    assert (await http.get(f"/v1/questions/{QUESTION}")).json()["status"] == "dropped"
    await ask(raised(flow_id, attribute="form", question_id=an_id("late")))
    assert (await news())[-1] == ended


async def test_a_change_answers_what_was_asked(
    http: httpx.AsyncClient, open_flow: Open, ask: Ask, news: News
) -> None:
    flow_id = await open_flow()
    await ask(raised(flow_id))
    await http.patch(f"/v1/flows/{flow_id}", json={"condition": {"contamination": "clean"}})
    told = (await news())[-1]
    assert isinstance(told, FlowChanged)
    assert set(told.changed) == {"condition.contamination", "open_questions"}
    listed = (await http.get("/v1/questions", params={"status": "answered"})).json()["items"]
    assert [question["question_id"] for question in listed] == [str(QUESTION)]


async def test_a_question_beside_the_declaration_is_answered_in_words(
    http: httpx.AsyncClient, open_flow: Open, ask: Ask, news: News
) -> None:
    await ask(raised(await open_flow(), attribute="cross_border"))
    path = f"/v1/questions/{QUESTION}"
    refused = await http.post(f"{path}/answer", json={"value": 3})
    assert (refused.status_code, "in words" in refused.text) == (422, True)
    await http.post(f"{path}/answer", json={"value": "Annexe VII, signée"})
    question = (await http.get(path)).json()
    assert (question["status"], question["answer"]) == ("answered", "Annexe VII, signée")
    told = (await news())[-1]
    assert isinstance(told, FlowChanged)
    assert told.flow.open_questions == ()


async def test_an_advisor_asks_by_hand(http: httpx.AsyncClient, open_flow: Open) -> None:
    path = f"/v1/flows/{await open_flow()}/questions"
    asked = await http.post(path, json={"attribute": "legal.waste_status", "why": "the gate"})
    assert asked.status_code == 201
    wrong = await http.post(path, json={"attribute": "colour"})
    assert (wrong.status_code, "waste_status" in wrong.json()["detail"]) == (422, True)
    assert (await http.post(path, json={"attribute": "waste_status"})).status_code == 409
    (question,) = (await http.get("/v1/questions", params={"status": "open"})).json()["items"]
    assert (question["attribute"], question["asked_by"]) == ("waste_status", "advisor")


async def test_a_firm_answers_without_reading_why(
    firm: httpx.AsyncClient, neighbour: httpx.AsyncClient, open_flow: Open, ask: Ask
) -> None:
    await ask(raised(await open_flow(), why="STRH takes clean ones"))
    path = f"/v1/questions/{QUESTION}"
    (question,) = (await firm.get("/v1/questions")).json()["items"]
    assert (question["attribute"], question["why"]) == ("contamination", None)
    assert (await firm.get(path)).json()["why"] is None
    assert (await neighbour.get("/v1/questions")).json()["items"] == []
    assert (await neighbour.get(path)).status_code == 404
    assert (await neighbour.post(f"{path}/answer", json={"value": "oily"})).status_code == 404
    assert (await firm.post(f"{path}/answer", json={"value": "clean"})).status_code == 200


async def test_an_unknown_question_is_not_found(http: httpx.AsyncClient) -> None:
    path = f"/v1/questions/{an_id('nothing')}"
    assert (await http.get(path)).status_code == 404
    assert (await http.post(f"{path}/answer", json={"value": "x"})).status_code == 404
