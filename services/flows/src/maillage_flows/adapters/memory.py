"""The store in dictionaries, for tests."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from maillage_flows.domain.actor import Actor
from maillage_flows.domain.declaration import folded, searched
from maillage_flows.domain.flow import AGEING, Flow, Status
from maillage_flows.domain.note import FieldNote
from maillage_flows.domain.question import Question, QuestionStatus
from maillage_flows.domain.round import Round, RoundStatus
from maillage_flows.usecases.store import Due, KnownActor, Wanted

T = TypeVar("T")


@dataclass
class MemoryStore:
    """See Store for what each method promises."""

    _actors: dict[UUID, KnownActor] = field(default_factory=dict[UUID, KnownActor])
    _consents: dict[UUID, tuple[int, bool]] = field(default_factory=dict[UUID, tuple[int, bool]])
    _flows: dict[UUID, Flow] = field(default_factory=dict[UUID, Flow])
    _agreed: set[UUID] = field(default_factory=set[UUID])
    _notes: dict[UUID, FieldNote] = field(default_factory=dict[UUID, FieldNote])
    _questions: dict[UUID, Question] = field(default_factory=dict[UUID, Question])
    _rounds: dict[UUID, Round] = field(default_factory=dict[UUID, Round])

    async def keep_actors(self, actors: Sequence[KnownActor]) -> None:
        for actor in actors:
            known = self._actors.get(actor.actor_id)
            if known is None or known.sequence < actor.sequence:
                self._actors[actor.actor_id] = actor

    async def keep_consent(self, actor_id: UUID, sequence: int, *, is_given: bool) -> bool:
        if self._consents.get(actor_id, (0, True))[0] >= sequence:
            return False
        self._consents[actor_id] = sequence, is_given
        return True

    async def actor(self, actor_id: UUID) -> Actor | None:
        known = self._actors.get(actor_id)
        if known is None:
            return None
        _, consents = self._consents.get(actor_id, (0, True))
        return Actor(actor_id, known.is_closed, known.sites, consents)

    async def add_flow(self, flow: Flow) -> bool:
        return self._flows.setdefault(flow.flow_id, flow) is flow

    async def flow(self, flow_id: UUID) -> tuple[Flow, Actor] | None:
        flow = self._flows.get(flow_id)
        actor = flow and await self.actor(flow.actor_id)
        return (flow, actor) if flow and actor else None

    async def flows(self, flow_ids: Sequence[UUID]) -> list[Flow]:
        return self._chosen(lambda flow: flow.flow_id in flow_ids)

    async def flows_of(self, actor_id: UUID, statuses: Sequence[Status]) -> list[Flow]:
        return self._chosen(lambda flow: flow.actor_id == actor_id and flow.status in statuses)

    async def flows_held_by(self, synergy_id: UUID) -> list[tuple[Flow, Actor]]:
        held = self._chosen(lambda flow: flow.held_by == synergy_id)
        found = [await self.flow(flow.flow_id) for flow in held]
        return [pair for pair in found if pair]

    async def flows_due(self, due: Due) -> list[Flow]:
        def is_due(flow: Flow) -> bool:
            if flow.status in AGEING and flow.observed_at < due.observed_before:
                return True
            return flow.status in (*AGEING, "stale") and flow.declaration.is_over(due.today)

        return self._chosen(is_due)[: due.limit]

    async def save_flows(self, flows: Sequence[Flow]) -> None:
        self._flows |= {flow.flow_id: flow for flow in flows}

    async def seen_flow(self, flow_id: UUID) -> Flow | None:
        return self._flows.get(flow_id)

    async def seen_flows(self, wanted: Wanted) -> list[Flow]:
        def is_wanted(flow: Flow) -> bool:
            said = flow.declaration
            return (
                wanted.reach.sees(flow.actor_id, said.visibility)
                and wanted.actor_id in (None, flow.actor_id)
                and wanted.status in (None, flow.status)
                and wanted.kind in (None, said.kind)
                and wanted.direction in (None, said.direction)
                and wanted.zone in (None, said.activity_zone)
                and wanted.spec in (None, said.resource.spec)
                and (wanted.text is None or folded(wanted.text) in searched(said))
            )

        return _page(wanted, self._chosen(is_wanted), lambda flow: flow.flow_id)

    async def keep_agreement(self, case_id: UUID) -> None:
        self._agreed.add(case_id)

    async def is_agreed(self, case_id: UUID) -> bool:
        return case_id in self._agreed

    async def add_note(self, note: FieldNote) -> None:
        self._notes[note.note_id] = note

    async def seen_notes(self, wanted: Wanted) -> list[FieldNote]:
        notes = (
            note
            for note in self._notes.values()
            if wanted.actor_id in (None, note.actor_id) and wanted.flow_id in (None, note.flow_id)
        )
        return _page(wanted, notes, lambda note: note.note_id)

    async def add_question(self, question: Question) -> bool:
        return self._questions.setdefault(question.question_id, question) is question

    async def question(self, question_id: UUID) -> Question | None:
        return self._questions.get(question_id)

    async def close_questions(
        self, asked: Sequence[tuple[UUID, str]], to: QuestionStatus, now: datetime
    ) -> None:
        for question in self._questions.values():
            if question.status == "open" and (question.flow_id, question.attribute) in asked:
                closed = replace(question, status=to, closed_at=now)
                self._questions[question.question_id] = closed

    async def keep_answer(self, question_id: UUID, answer: str) -> None:
        self._questions[question_id] = replace(self._questions[question_id], answer=answer)

    async def seen_questions(self, wanted: Wanted) -> list[Question]:
        questions = (
            question
            for question in self._questions.values()
            if wanted.reach.sees(question.actor_id, "private")
            and wanted.actor_id in (None, question.actor_id)
            and wanted.flow_id in (None, question.flow_id)
            and wanted.status in (None, question.status)
        )
        return _page(wanted, questions, lambda question: question.question_id)

    async def add_round(self, known_round: Round) -> bool:
        return self._rounds.setdefault(known_round.round_id, known_round) is known_round

    async def round(self, round_id: UUID) -> Round | None:
        return self._rounds.get(round_id)

    async def rounds_of(self, actor_id: UUID, status: RoundStatus) -> list[Round]:
        rounds = sorted(self._rounds.values(), key=lambda known: known.round_id)
        return [r for r in rounds if r.actor_id == actor_id and r.status == status]

    async def save_rounds(self, rounds: Sequence[Round]) -> None:
        self._rounds |= {known.round_id: known for known in rounds}

    async def seen_round(self, round_id: UUID) -> Round | None:
        return self._rounds.get(round_id)

    async def seen_rounds(self, wanted: Wanted) -> list[Round]:
        rounds = (
            known
            for known in self._rounds.values()
            if wanted.actor_id in (None, known.actor_id) and wanted.status in (None, known.status)
        )
        return _page(wanted, rounds, lambda known: known.round_id)

    def _chosen(self, choose: Callable[[Flow], bool]) -> list[Flow]:
        return [flow for _, flow in sorted(self._flows.items()) if choose(flow)]


def _page(wanted: Wanted, rows: Iterable[T], key: Callable[[T], UUID]) -> list[T]:
    after = (row for row in rows if wanted.after is None or key(row) > wanted.after)
    return sorted(after, key=key)[: wanted.limit]
