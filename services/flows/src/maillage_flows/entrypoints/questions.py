"""Doors to notes of visits and to open questions."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.vocabulary import ActorId, Text
from maillage_flows.domain.declaration import Direction, Line
from maillage_flows.domain.question import Question, QuestionStatus
from maillage_flows.domain.reach import Reach
from maillage_flows.entrypoints.caller import reach, wanted
from maillage_flows.usecases.answer_question import AnswerQuestion, answer_question
from maillage_flows.usecases.ask_question import AskQuestion, ask_question
from maillage_flows.usecases.show import show_question
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.take_note import TakeNote, take_note
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Paged, carry_out, command, query


class NoteBody(Body):
    """What a visit takes: four fields at most."""

    actor_id: ActorId
    direction: Direction = Field(default="out", description="out: has too much; in: lacks")
    what: Line = Field(description="What it is, in a line.", examples=["Broken pallets"])
    text: Text = Field(default="", description="Anything else; it never leaves this service.")


class AskBody(Body):
    """A question about one attribute of a flow."""

    attribute: str = Field(max_length=60, examples=["contamination"])
    why: Text = Field(default="", description="For whoever will ask; no firm reads it.")


class AnswerBody(Body):
    """The answer: a value of the attribute, as the declaration would have it."""

    value: Any = Field(examples=["clean"])


class QuestionShown(Body):
    """An open or closed question; `why` is for advisors, for it may speak of other firms."""

    question_id: UUID
    flow_id: UUID
    actor_id: UUID
    attribute: str
    why: str | None
    asked_by: str
    asked_at: datetime
    status: QuestionStatus
    closed_at: datetime | None
    answer: str | None


class NoteDoors:
    """Every path below /v1/notes."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def take(
        self, body: NoteBody, door: Annotated[Door, command("flows.note.take")]
    ) -> dict[str, Any]:
        """Note something that was seen at a visit: it becomes an observed flow."""
        note_id = uuid7()
        order = TakeNote(note_id=note_id, noted_by=door.principal.subject, **dict(body))
        return await carry_out(self._runner, take_note, order, note_id, door=door)

    async def list(
        self,
        who: Annotated[Principal, query("flows.note.read")],
        page: Paged,
        actor_id: UUID | None = None,
        flow_id: UUID | None = None,
    ) -> dict[str, Any]:
        """List notes."""
        part = wanted(who, page, actor_id=actor_id, flow_id=flow_id)
        notes = await self._runner.read(lambda store: store.seen_notes(part))
        return page.of(notes, key=lambda note: (str(note.note_id),))


class QuestionDoors:
    """Every path to questions."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def ask(
        self, flow_id: UUID, body: AskBody, door: Annotated[Door, command("flows.question.ask")]
    ) -> dict[str, Any]:
        """Ask for a missing fact, at the next natural occasion."""
        question_id = uuid7()
        order = AskQuestion(
            flow_id=flow_id,
            question_id=question_id,
            attribute=body.attribute,
            why=body.why,
            reach=reach(door.principal),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, ask_question, order, question_id, door=door)

    async def answer(
        self,
        question_id: UUID,
        body: AnswerBody,
        door: Annotated[Door, command("flows.question.answer")],
    ) -> dict[str, Any]:
        """Answer a question: the flow gets the value, and whoever waits for it looks again."""
        order = AnswerQuestion(
            question_id=question_id, value=body.value, reach=reach(door.principal)
        )
        return await carry_out(self._runner, answer_question, order, question_id, door=door)

    async def read(
        self, question_id: UUID, who: Annotated[Principal, query("flows.question.read")]
    ) -> QuestionShown:
        """Read a question."""
        found = await self._runner.read(lambda store: show_question(question_id, reach(who), store))
        return _question(found, reach(who))

    async def list(
        self,
        who: Annotated[Principal, query("flows.question.read")],
        page: Paged,
        actor_id: UUID | None = None,
        flow_id: UUID | None = None,
        status: QuestionStatus | None = None,
    ) -> dict[str, Any]:
        """List questions."""
        part = wanted(who, page, actor_id=actor_id, flow_id=flow_id, status=status)
        found = await self._runner.read(lambda store: store.seen_questions(part))
        return page.of(
            [_question(question, part.reach) for question in found],
            key=lambda question: (str(question.question_id),),
        )


def _question(question: Question, of: Reach) -> QuestionShown:
    why = question.why if of.sees_all else None
    return QuestionShown.model_validate({**vars(question), "why": why})
