"""The store in PostgreSQL: here notes, questions, rounds and agreements, flows beside."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from maillage_flows.adapters.flow_rows import FlowRows
from maillage_flows.domain.note import FieldNote
from maillage_flows.domain.question import Question, QuestionStatus
from maillage_flows.domain.round import Round, RoundStatus, RoundTold
from maillage_flows.usecases.store import Wanted


class PostgresStore(FlowRows):
    """The whole store over one connection, in the transaction of whoever made it."""

    async def keep_agreement(self, case_id: UUID) -> None:
        await self._db.execute(
            "INSERT INTO agreed_case (case_id) VALUES ($1) ON CONFLICT DO NOTHING", case_id
        )

    async def is_agreed(self, case_id: UUID) -> bool:
        found = await self._db.fetchval("SELECT true FROM agreed_case WHERE case_id = $1", case_id)
        return found is not None

    async def add_note(self, note: FieldNote) -> None:
        await self._db.execute(
            """
            INSERT INTO note
                (note_id, flow_id, actor_id, direction, what, text, noted_by, noted_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            *(note.note_id, note.flow_id, note.actor_id, note.direction),
            *(note.what, note.text, note.noted_by, note.noted_at),
        )

    async def seen_notes(self, wanted: Wanted) -> list[FieldNote]:
        rows = await self._db.fetch(
            """
            SELECT note_id, flow_id, actor_id, direction, what, text, noted_by, noted_at
            FROM note
            WHERE ($1::uuid IS NULL OR actor_id = $1)
              AND ($2::uuid IS NULL OR flow_id = $2)
              AND ($3::uuid IS NULL OR note_id > $3)
            ORDER BY note_id
            LIMIT $4
            """,
            *(wanted.actor_id, wanted.flow_id, wanted.after, wanted.limit),
        )
        return [FieldNote(**row) for row in rows]

    async def add_question(self, question: Question) -> bool:
        added = await self._db.fetchval(
            """
            INSERT INTO question
                (question_id, flow_id, actor_id, attribute, why, asked_by, asked_at, status)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (question_id) DO NOTHING
            RETURNING true
            """,
            *(question.question_id, question.flow_id, question.actor_id, question.attribute),
            *(question.why, question.asked_by, question.asked_at, question.status),
        )
        return added is not None

    async def question(self, question_id: UUID) -> Question | None:
        row = await self._db.fetchrow(
            """
            SELECT question_id, flow_id, actor_id, attribute, why, asked_by, asked_at, status,
                   closed_at, answer
            FROM question
            WHERE question_id = $1
            """,
            question_id,
        )
        return None if row is None else Question(**row)

    async def close_questions(
        self, asked: Sequence[tuple[UUID, str]], to: QuestionStatus, now: datetime
    ) -> None:
        await self._db.execute(
            """
            UPDATE question SET status = $3, closed_at = $4
            FROM unnest($1::uuid[], $2::text[]) AS t (flow_id, attribute)
            WHERE question.flow_id = t.flow_id AND question.attribute = t.attribute
              AND question.status = 'open'
            """,
            *zip(*asked, strict=True),
            *(to, now),
        )

    async def keep_answer(self, question_id: UUID, answer: str) -> None:
        await self._db.execute(
            "UPDATE question SET answer = $2 WHERE question_id = $1", question_id, answer
        )

    async def seen_questions(self, wanted: Wanted) -> list[Question]:
        rows = await self._db.fetch(
            """
            SELECT question_id, flow_id, actor_id, attribute, why, asked_by, asked_at, status,
                   closed_at, answer
            FROM question
            WHERE ($1 OR actor_id = $2)
              AND ($3::uuid IS NULL OR actor_id = $3)
              AND ($4::uuid IS NULL OR flow_id = $4)
              AND ($5::text IS NULL OR status = $5)
              AND ($6::uuid IS NULL OR question_id > $6)
            ORDER BY question_id
            LIMIT $7
            """,
            *(wanted.reach.sees_all, wanted.reach.organisation, wanted.actor_id, wanted.flow_id),
            *(wanted.status, wanted.after, wanted.limit),
        )
        return [Question(**row) for row in rows]

    async def add_round(self, known_round: Round) -> bool:
        added = await self._db.fetchval(
            """
            INSERT INTO existing_round (round_id, actor_id, version, status, document)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            RETURNING true
            """,
            *(known_round.round_id, known_round.actor_id, known_round.version),
            *(known_round.status, known_round.told.model_dump_json(exclude_none=True)),
        )
        return added is not None

    async def round(self, round_id: UUID) -> Round | None:
        row = await self._db.fetchrow(
            """
            SELECT round_id, actor_id, version, status, document FROM existing_round
            WHERE round_id = $1
            FOR UPDATE
            """,
            round_id,
        )
        return None if row is None else _round(row)

    async def rounds_of(self, actor_id: UUID, status: RoundStatus) -> list[Round]:
        rows = await self._db.fetch(
            """
            SELECT round_id, actor_id, version, status, document FROM existing_round
            WHERE actor_id = $1 AND status = $2
            ORDER BY round_id
            FOR UPDATE
            """,
            *(actor_id, status),
        )
        return [_round(row) for row in rows]

    async def save_rounds(self, rounds: Sequence[Round]) -> None:
        await self._db.execute(
            """
            UPDATE existing_round
            SET version = t.version, status = t.status, document = t.document::jsonb
            FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[])
                AS t (round_id, version, status, document)
            WHERE existing_round.round_id = t.round_id
            """,
            [known.round_id for known in rounds],
            [known.version for known in rounds],
            [known.status for known in rounds],
            [known.told.model_dump_json(exclude_none=True) for known in rounds],
        )

    async def seen_round(self, round_id: UUID) -> Round | None:
        row = await self._db.fetchrow(
            """
            SELECT round_id, actor_id, version, status, document FROM existing_round
            WHERE round_id = $1
            """,
            round_id,
        )
        return None if row is None else _round(row)

    async def seen_rounds(self, wanted: Wanted) -> list[Round]:
        rows = await self._db.fetch(
            """
            SELECT round_id, actor_id, version, status, document FROM existing_round
            WHERE ($1::uuid IS NULL OR actor_id = $1)
              AND ($2::text IS NULL OR status = $2)
              AND ($3::uuid IS NULL OR round_id > $3)
            ORDER BY round_id
            LIMIT $4
            """,
            *(wanted.actor_id, wanted.status, wanted.after, wanted.limit),
        )
        return [_round(row) for row in rows]


def _round(row: asyncpg.Record) -> Round:
    return Round(
        round_id=row["round_id"],
        actor_id=row["actor_id"],
        told=RoundTold.model_validate_json(row["document"]),
        status=row["status"],
        version=row["version"],
    )
