"""What must be kept, whatever keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from maillage_flows.domain.actor import Actor, Site
from maillage_flows.domain.flow import Flow, Status
from maillage_flows.domain.note import FieldNote
from maillage_flows.domain.question import Question, QuestionStatus
from maillage_flows.domain.reach import Reach
from maillage_flows.domain.round import Round, RoundStatus


@dataclass(frozen=True)
class KnownActor:
    """What an event of the registry says of an actor, and which of its events it was."""

    actor_id: UUID
    sequence: int
    is_closed: bool = False
    sites: tuple[Site, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What part of a list is asked for; None: whatever it is."""

    reach: Reach
    limit: int
    after: UUID | None = None
    actor_id: UUID | None = None
    flow_id: UUID | None = None
    status: str | None = None
    kind: str | None = None
    direction: str | None = None
    zone: str | None = None
    spec: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Due:
    """Which flows time has left behind, at most `limit` of them."""

    observed_before: datetime
    today: date
    limit: int


class Store(Protocol):
    """Each method is one round trip. What is loaded to be changed stays locked until the commit."""

    async def keep_actors(self, actors: Sequence[KnownActor]) -> None:
        """Keep what is newer than what is known."""
        ...

    async def keep_consent(self, actor_id: UUID, sequence: int, *, is_given: bool) -> bool:
        """Keep the consent to be matched; False when a later word of the actor is known."""
        ...

    async def actor(self, actor_id: UUID) -> Actor | None:
        """An actor; it can neither close nor withdraw its consent before the commit."""
        ...

    async def add_flow(self, flow: Flow) -> bool:
        """Keep a new flow; False when the identifier is taken."""
        ...

    async def flow(self, flow_id: UUID) -> tuple[Flow, Actor] | None:
        """A flow, to be changed, and its actor, locked before it as when an actor closes."""
        ...

    async def flows(self, flow_ids: Sequence[UUID]) -> list[Flow]:
        """Those of these flows that exist, to be changed."""
        ...

    async def flows_of(self, actor_id: UUID, statuses: Sequence[Status]) -> list[Flow]:
        """The flows of an actor in one of these statuses, to be changed."""
        ...

    async def flows_held_by(self, synergy_id: UUID) -> list[tuple[Flow, Actor]]:
        """The flows that a synergy holds, to be changed, each with its actor."""
        ...

    async def flows_due(self, due: Due) -> list[Flow]:
        """The flows that time has left behind, to be changed; skips what others are changing."""
        ...

    async def save_flows(self, flows: Sequence[Flow]) -> None:
        """Keep flows that were changed."""
        ...

    async def seen_flow(self, flow_id: UUID) -> Flow | None:
        """A flow, to be shown."""
        ...

    async def seen_flows(self, wanted: Wanted) -> list[Flow]:
        """Flows to be shown, by identifier."""
        ...

    async def keep_agreement(self, case_id: UUID) -> None:
        """Remember that the parties of this case agreed."""
        ...

    async def is_agreed(self, case_id: UUID) -> bool:
        """Whether the parties of this case ever agreed."""
        ...

    async def add_note(self, note: FieldNote) -> None:
        """Keep a new note."""
        ...

    async def seen_notes(self, wanted: Wanted) -> list[FieldNote]:
        """Notes to be shown, by identifier."""
        ...

    async def add_question(self, question: Question) -> bool:
        """Keep a new question; False when the identifier is taken."""
        ...

    async def question(self, question_id: UUID) -> Question | None:
        """A question, whether or not it is open."""
        ...

    async def close_questions(
        self, asked: Sequence[tuple[UUID, str]], to: QuestionStatus, now: datetime
    ) -> None:
        """Close what is open about these attributes of these flows."""
        ...

    async def keep_answer(self, question_id: UUID, answer: str) -> None:
        """Keep an answer in words."""
        ...

    async def seen_questions(self, wanted: Wanted) -> list[Question]:
        """Questions to be shown, by identifier."""
        ...

    async def add_round(self, known_round: Round) -> bool:
        """Keep a new round; False when the identifier is taken."""
        ...

    async def round(self, round_id: UUID) -> Round | None:
        """A round, to be changed."""
        ...

    async def rounds_of(self, actor_id: UUID, status: RoundStatus) -> list[Round]:
        """The rounds of an actor in this status, to be changed."""
        ...

    async def save_rounds(self, rounds: Sequence[Round]) -> None:
        """Keep rounds that were changed."""
        ...

    async def seen_round(self, round_id: UUID) -> Round | None:
        """A round, to be shown."""
        ...

    async def seen_rounds(self, wanted: Wanted) -> list[Round]:
        """Rounds to be shown, by identifier."""
        ...
