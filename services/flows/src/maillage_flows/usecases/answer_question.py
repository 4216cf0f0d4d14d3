"""The firm, or whoever visited it, answers an open question."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import NotFound
from maillage_flows.domain.question import answered, in_words
from maillage_flows.domain.reach import Reach
from maillage_flows.usecases.at_hand import Step, at_hand, put_all_back
from maillage_flows.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class AnswerQuestion:
    """Which question, and its answer: a value of the attribute, as JSON has it."""

    question_id: UUID
    value: object
    reach: Reach


async def answer_question(command: AnswerQuestion, store: Store, now: datetime) -> Iterable[Event]:
    """Tell the flow, and close the question."""
    question = await store.question(command.question_id)
    if question is None or not command.reach.changes(question.actor_id, "private"):
        raise NotFound(f"no question has the identifier {command.question_id}")
    flow, actor = await at_hand(Step(flow_id=question.flow_id, reach=command.reach), store)
    words = in_words(question, command.value)
    after = answered(flow, question, command.value, actor, now)
    if words is not None:
        await store.keep_answer(question.question_id, words)
    return await put_all_back([(flow, after)], store, now)
