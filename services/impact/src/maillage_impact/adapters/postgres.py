"""What the ledger stands on, in PostgreSQL: copies of facts, and baselines."""

import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from maillage_contracts.refusals import NotFound
from maillage_impact.adapters.factor_files import ShippedFactors
from maillage_impact.adapters.postgres_lines import PostgresLines
from maillage_impact.adapters.postgres_moves import PostgresMoves
from maillage_impact.adapters.postgres_restated import PostgresRestated
from maillage_impact.adapters.postgres_sums import PostgresSums
from maillage_impact.adapters.rows import (
    baseline_of,
    delivery_of,
    driven_json,
    round_of,
    synergy_of,
    tour_of,
)
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.transport import ReferenceRound
from maillage_impact.usecases.store import Delivery, KnownSynergy, PlannedTour

_TOURS_OF = """
    select tour_id, plan_id, driven_on as "on", driven, cause
    from tour where plan_id = $1 order by tour_id
"""


class PostgresStore(ShippedFactors, PostgresLines, PostgresMoves, PostgresRestated, PostgresSums):
    """See `usecases.store.Store`."""

    async def save_actors(self, names: Sequence[tuple[UUID, int, str]]) -> None:
        latest = {
            actor_id: (actor_id, sequence, name) for actor_id, sequence, name in sorted(names)
        }
        await self.db.execute(
            """
            insert into actor (actor_id, sequence, name)
            select * from unnest($1::uuid[], $2::bigint[], $3::text[])
            on conflict (actor_id) do update set sequence = excluded.sequence, name = excluded.name
            where actor.sequence < excluded.sequence
            """,
            *_columns(list(latest.values()), 3),
        )

    async def save_zones(self, zones: Sequence[tuple[UUID, int, Sequence[str]]]) -> None:
        # Names come first: a row of a later sequence is there already, and keeps its zones.
        await self.db.executemany(
            "update actor set zones = $3 where actor_id = $1 and sequence = $2",
            [(actor_id, sequence, list(names)) for actor_id, sequence, names in zones],
        )

    async def zones(self) -> dict[str, frozenset[UUID]]:
        rows = await self.db.fetch(
            """
            select zone, array_agg(actor_id) as actors from actor, unnest(zones) zone group by zone
            """
        )
        return {row["zone"]: frozenset(row["actors"]) for row in rows}

    async def active_actors(self, first: date, last: date) -> frozenset[UUID]:
        rows = await self.db.fetch(
            """
            select (party ->> 0)::uuid as actor_id
            from synergy, jsonb_array_elements(parties) party
            where (party ->> 1)::numeric > 0 and exists (
                select from entry where subject_kind = 'synergy' and subject_id = synergy_id
                    and period_start between $1 and $2
            )
            union
            select subject_id from entry
            where subject_kind = 'actor' and period_start between $1 and $2
            """,
            first,
            last,
        )
        return frozenset(row["actor_id"] for row in rows)

    async def synergies_of(self, actor_ids: Sequence[UUID]) -> Sequence[KnownSynergy]:
        rows = await self.db.fetch(
            """
            select synergy_id, title, starts_on, parties, spec, route_after, saving_eur,
                ended_on, cause
            from synergy where exists (
                select from jsonb_array_elements(parties) party
                where (party ->> 0)::uuid = any($1)
            ) order by synergy_id
            """,
            list(actor_ids),
        )
        return [synergy_of(dict(row)) for row in rows]

    async def actor_names(self, actor_ids: Sequence[UUID]) -> dict[UUID, str]:
        rows = await self.db.fetch(
            "select actor_id, name from actor where actor_id = any($1)", list(actor_ids)
        )
        return {row["actor_id"]: row["name"] for row in rows}

    async def save_synergy(self, synergy: KnownSynergy) -> None:
        parties = [[str(actor_id), str(share)] for actor_id, share in synergy.parties]
        await self.db.execute(
            """
            insert into synergy (synergy_id, title, starts_on, parties, spec, route_after,
                saving_eur, ended_on, cause)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (synergy_id) do update set title = excluded.title,
                starts_on = excluded.starts_on, parties = excluded.parties, spec = excluded.spec,
                route_after = excluded.route_after, saving_eur = excluded.saving_eur,
                ended_on = excluded.ended_on, cause = excluded.cause
            """,
            synergy.synergy_id,
            synergy.title,
            synergy.starts_on,
            json.dumps(parties),
            synergy.spec,
            synergy.route_after,
            synergy.saving_eur,
            synergy.ended_on,
            synergy.cause,
        )

    async def synergy(self, synergy_id: UUID) -> KnownSynergy | None:
        row = await self.db.fetchrow(
            """
            select synergy_id, title, starts_on, parties, spec, route_after, saving_eur,
                ended_on, cause
            from synergy where synergy_id = $1
            """,
            synergy_id,
        )
        return synergy_of(dict(row)) if row else None

    async def save_rounds(self, rounds: Sequence[tuple[int, ReferenceRound]]) -> None:
        for sequence, round_ in rounds:
            await self.db.execute(
                """
                insert into reference_round (round_id, sequence, weekdays, vehicle_class, energy,
                    distance_km)
                values ($1, $2, $3, $4, $5, $6)
                on conflict (round_id) do update set sequence = excluded.sequence,
                    weekdays = excluded.weekdays, vehicle_class = excluded.vehicle_class,
                    energy = excluded.energy, distance_km = excluded.distance_km
                where reference_round.sequence < excluded.sequence
                """,
                round_.round_id,
                sequence,
                list(round_.weekdays),
                round_.vehicle_class,
                round_.energy,
                round_.distance_km,
            )

    async def rounds(self, round_ids: Sequence[UUID]) -> Sequence[ReferenceRound]:
        rows = await self.db.fetch(
            """
            select round_id, weekdays, vehicle_class, energy, distance_km
            from reference_round where round_id = any($1) order by round_id
            """,
            list(round_ids),
        )
        return [round_of(dict(row)) for row in rows]

    async def save_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        columns = [
            (d.order_id, d.synergy_id, d.tour_id, d.accepted_kg, d.on, d.cause) for d in deliveries
        ]
        await self.db.execute(
            """
            insert into delivery (order_id, synergy_id, tour_id, accepted_kg, delivered_on, cause)
            select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::numeric[], $5::date[],
                $6::uuid[])
            on conflict (order_id) do nothing
            """,
            *_columns(columns, 6),
        )

    async def deliveries(self, synergy_id: UUID) -> Sequence[Delivery]:
        rows = await self.db.fetch(
            """
            select order_id, synergy_id, tour_id, accepted_kg, delivered_on as on, cause
            from delivery where synergy_id = $1 order by delivered_on, order_id
            """,
            synergy_id,
        )
        return [delivery_of(dict(row)) for row in rows]

    async def save_tour(self, tour: PlannedTour) -> None:
        await self.db.execute(
            """
            insert into tour (tour_id, plan_id, driven_on, driven, cause)
            values ($1, $2, $3, $4, $5)
            on conflict (tour_id) do update set driven = excluded.driven, cause = excluded.cause
            """,
            tour.tour_id,
            tour.plan_id,
            tour.on,
            driven_json(tour.driven),
            tour.cause,
        )

    async def save_tours(self, tours: Sequence[PlannedTour]) -> None:
        """Add or replace many at once."""
        rows = [(t.tour_id, t.plan_id, t.on, driven_json(t.driven), t.cause) for t in tours]
        await self.db.execute(
            """
            insert into tour (tour_id, plan_id, driven_on, driven, cause)
            select * from unnest($1::uuid[], $2::uuid[], $3::date[], $4::jsonb[], $5::uuid[])
            on conflict (tour_id) do update set driven = excluded.driven, cause = excluded.cause
            """,
            *_columns(rows, 5),
        )

    async def tour(self, tour_id: UUID) -> PlannedTour | None:
        row = await self.db.fetchrow(
            'select tour_id, plan_id, driven_on as "on", driven, cause from tour'
            " where tour_id = $1",
            tour_id,
        )
        return tour_of(dict(row)) if row else None

    async def drop_tour(self, tour_id: UUID) -> None:
        await self.db.execute("delete from tour where tour_id = $1", tour_id)

    async def tours_of(self, plan_id: UUID) -> Sequence[PlannedTour]:
        rows = await self.db.fetch(_TOURS_OF, plan_id)
        return [tour_of(dict(row)) for row in rows]

    async def tours_of_to_change(self, plan_id: UUID) -> Sequence[PlannedTour]:
        rows = await self.db.fetch(f"{_TOURS_OF} for update", plan_id)
        return [tour_of(dict(row)) for row in rows]

    async def plans_between(self, first: date, last: date) -> Sequence[UUID]:
        rows = await self.db.fetch(
            """
            select distinct plan_id from tour where driven_on between $1 and $2 order by plan_id
            """,
            first,
            last,
        )
        return [row["plan_id"] for row in rows]

    async def save_baseline(self, baseline: Baseline) -> None:
        await self.db.execute(
            """
            insert into baseline (baseline_id, scope, synergy_id, kind, description, evidence,
                valid_from, valid_to, route_before, replaces_spec, replaced_per_unit,
                below_threshold, round_ids, status, approved_on, version)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            on conflict (baseline_id) do update set valid_to = excluded.valid_to,
                status = excluded.status, approved_on = excluded.approved_on,
                version = excluded.version
            """,
            baseline.baseline_id,
            baseline.scope,
            baseline.synergy_id,
            baseline.kind,
            baseline.description,
            baseline.evidence,
            baseline.valid_from,
            baseline.valid_to,
            baseline.route_before,
            baseline.replaces_spec,
            baseline.replaced_per_unit,
            baseline.below_threshold,
            list(baseline.round_ids),
            baseline.status,
            baseline.approved_on,
            baseline.version,
        )

    async def baseline(self, baseline_id: UUID) -> Baseline:
        found = await self._baselines("baseline_id = $1", baseline_id)
        if not found:
            raise NotFound(f"no baseline {baseline_id}")
        return found[0]

    async def baselines(
        self, *, synergy_id: UUID | None = None, scope: str | None = None
    ) -> Sequence[Baseline]:
        return await self._baselines(
            "($1::uuid is null or synergy_id = $1) and ($2::text is null or scope = $2)",
            synergy_id,
            scope,
        )

    async def _baselines(self, condition: str, *values: object) -> Sequence[Baseline]:
        # `condition` is one of the two above; every value is a parameter.
        rows = await self.db.fetch(
            f"""
            select baseline_id, scope, synergy_id, kind, description, evidence, valid_from,
                valid_to, route_before, replaces_spec, replaced_per_unit, below_threshold,
                round_ids, status, approved_on, version
            from baseline where {condition} order by valid_from, baseline_id
            """,  # noqa: S608
            *values,
        )
        return [baseline_of(dict(row)) for row in rows]


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as the arrays that `unnest` takes, also when there is none."""
    return [[row[place] for row in rows] for place in range(width)]
