"""The index of flows in PostgreSQL: under which words they are found, and near which place."""

from collections.abc import Mapping, Sequence

from maillage_common.postgres import Connection
from maillage_contracts.vocabulary import EARTH_RADIUS_KM, FlowId
from maillage_matching.domain.nearby import Sought, place_of, ranges
from maillage_matching.domain.search import Keys
from maillage_matching.usecases.store import CANDIDATES_MAX


class PostgresIndex:
    """Words of flows, one row for each, sorted by word and place."""

    db: Connection

    async def keep_keys(self, keys: Mapping[FlowId, Keys], *, knowledge: str) -> set[str]:
        left = await self._forget(keys)
        kept = sorted(keys.items())
        words = [(word, flow_id, one.at) for flow_id, one in kept for word in sorted(one.words)]
        await self.db.execute(
            """
            WITH known AS (
                INSERT INTO flow_key (flow_id, knowledge, tokens, stream, place)
                SELECT flow_id, $5, string_to_array(words, ','), stream, place
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::double precision[])
                    AS told (flow_id, words, stream, place)
                ON CONFLICT (flow_id) DO UPDATE SET
                    knowledge = excluded.knowledge, tokens = excluded.tokens,
                    stream = excluded.stream, place = excluded.place
            )
            INSERT INTO flow_word (word, place, flow_id, lat, lon)
            SELECT * FROM unnest($6::text[], $7::double precision[], $8::uuid[],
                $9::double precision[], $10::double precision[])
            """,
            [flow_id for flow_id, _ in kept],
            [",".join(sorted(one.words)) for _, one in kept],
            [one.stream for _, one in kept],
            [place_of(one.at) for _, one in kept],
            knowledge,
            [word for word, _, _ in words],
            [place_of(at) for _, _, at in words],
            [flow_id for _, flow_id, _ in words],
            [at and at.lat for _, _, at in words],
            [at and at.lon for _, _, at in words],
        )
        return left

    async def _forget(self, keys: Mapping[FlowId, Keys]) -> set[str]:
        """Take these flows out; returns the streams they were in."""
        rows = await self.db.fetch(
            """
            WITH known AS (
                SELECT flow_id, tokens, place, stream FROM flow_key WHERE flow_id = ANY($1)
            ), gone AS (
                DELETE FROM flow_word AS kept USING known, unnest(known.tokens) AS told (word)
                WHERE kept.word = told.word AND kept.place = known.place
                    AND kept.flow_id = known.flow_id
            )
            SELECT DISTINCT stream FROM known WHERE stream IS NOT NULL
            """,
            list(keys),
        )
        return {row["stream"] for row in rows}

    async def find_near(self, sought: Sequence[Sought]) -> list[list[FlowId]]:
        # OFFSET 0 keeps the planner from joining: each part of the line is a short scan of the key.
        parts = [
            (number, word, low, high)
            for number, one in enumerate(sought, start=1)
            for low, high in ranges(one)
            for word in one.words
        ]
        places = [one.at for one in sought]
        rows = await self.db.fetch(
            f"""
            WITH met AS (
                SELECT DISTINCT part.search, kept.flow_id, kept.lat, kept.lon
                FROM unnest($1::int[], $2::text[], $3::double precision[], $4::double precision[])
                    AS part (search, word, low, high)
                CROSS JOIN LATERAL (
                    SELECT flow_id, lat, lon FROM flow_word
                    WHERE word = part.word AND place BETWEEN part.low AND part.high OFFSET 0
                ) AS kept
            ), measured AS (
                SELECT search, flow_id, reach, CASE WHEN far IS NOT NULL
                    THEN 2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1, far))) END AS km
                FROM (
                    SELECT search, flow_id, asked.km AS reach,
                        sin(radians(met.lat - asked.lat) / 2) ^ 2
                        + cos(radians(met.lat)) * cos(radians(asked.lat))
                        * sin(radians(met.lon - asked.lon) / 2) ^ 2 AS far
                    FROM met JOIN unnest($5::double precision[], $6::double precision[],
                        $7::double precision[]) WITH ORDINALITY AS asked (lat, lon, km, search)
                        USING (search)
                ) AS angles
            ), ranked AS (
                SELECT search, flow_id,
                    row_number() OVER (PARTITION BY search ORDER BY km, flow_id) AS nth
                FROM measured WHERE km IS NULL OR km <= reach
            )
            SELECT search, flow_id FROM ranked WHERE nth <= $8 ORDER BY search, nth
            """,  # noqa: S608 a constant of ours
            *([part[column] for part in parts] for column in range(4)),
            [at and at.lat for at in places],
            [at and at.lon for at in places],
            [one.km for one in sought],
            CANDIDATES_MAX,
        )
        found: list[list[FlowId]] = [[] for _ in sought]
        for row in rows:
            search: int = row["search"]
            found[search - 1].append(FlowId(row["flow_id"]))
        return found
