"""An advisor lacks a fact about a flow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_flows.domain.question import Question, ask, attribute_named
from maillage_flows.usecases.at_hand import Step, at_hand, put_all_back
from maillage_flows.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class AskQuestion(Step):
    """What is to be asked, and why."""

    question_id: UUID
    attribute: str
    why: str


async def ask_question(command: AskQuestion, store: Store, now: datetime) -> Iterable[Event]:
    """Keep the question, to be asked at the next natural occasion."""
    flow, _ = await at_hand(command, store)
    question = Question(
        question_id=command.question_id,
        flow_id=flow.flow_id,
        actor_id=flow.actor_id,
        attribute=attribute_named(command.attribute),
        why=command.why,
        asked_by="advisor",
        asked_at=now,
    )
    asked = ask(flow, question.attribute)
    await store.add_question(question)
    return await put_all_back([(flow, asked)], store, now)
