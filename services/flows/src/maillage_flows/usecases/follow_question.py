"""Matching lacks a fact that decides: it becomes an open question on the flow."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import FlowQuestionRaised
from maillage_contracts.refusals import Refused
from maillage_flows.domain.question import Question, ask
from maillage_flows.usecases.at_hand import put_all_back
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import passed_over


async def follow_question(
    message: Received[FlowQuestionRaised], store: Store, now: datetime
) -> Iterable[Event]:
    """Ask it, unless the flow has moved on or it is asked already."""
    event = message.event
    found = await store.flow(event.flow_id)
    if found is None:
        return passed_over(message, event.flow_id, "no such flow")
    flow, _ = found
    try:
        asked = ask(flow, event.attribute)
    except Refused as refusal:
        return passed_over(message, event.flow_id, str(refusal))
    question = Question(
        question_id=event.question_id,
        flow_id=flow.flow_id,
        actor_id=flow.actor_id,
        attribute=event.attribute,
        why=event.why,
        asked_by="matching",
        asked_at=now,
    )
    if not await store.add_question(question):
        return passed_over(message, event.flow_id, "this question was asked before")
    return await put_all_back([(flow, asked)], store, now)
