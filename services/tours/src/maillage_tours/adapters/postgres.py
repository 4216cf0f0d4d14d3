"""The store in PostgreSQL: documents, with beside them the columns that are searched."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from uuid import UUID

from maillage_common.postgres import Connection
from maillage_contracts.refusals import NotFound
from maillage_contracts.vocabulary import ActorId, OrderId, PlanId, SynergyId, TourId, Word
from maillage_tours.adapters.comparison_rows import ComparisonRows
from maillage_tours.adapters.goods_rows import GoodsRows
from maillage_tours.adapters.known_rows import KnownRows
from maillage_tours.adapters.standing_rows import StandingRows
from maillage_tours.domain.agreement import Agreement
from maillage_tours.domain.order import NOT_YET_LOADED, Order
from maillage_tours.domain.plan import Plan
from maillage_tours.domain.tour import Tour
from maillage_tours.usecases.store import WantedOrders, WantedTours


class PostgresStore(KnownRows, ComparisonRows, GoodsRows, StandingRows):
    """See the protocol for what each method promises."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._db = db

    async def add_orders(self, orders: Sequence[Order]) -> AbstractSet[OrderId]:
        rows = await self._db.fetch(
            """
            INSERT INTO transport_order
                (order_id, on_date, status, origin, origin_id, actor_ids, version, document)
            SELECT order_id, on_date, status, origin, origin_id,
                array_remove(ARRAY[pickup_actor, dropoff_actor], NULL), version, document::jsonb
            FROM unnest($1::uuid[], $2::date[], $3::text[], $4::text[], $5::uuid[],
                $6::uuid[], $7::uuid[], $8::int[], $9::text[])
                AS told (order_id, on_date, status, origin, origin_id,
                    pickup_actor, dropoff_actor, version, document)
            ORDER BY order_id
            ON CONFLICT (order_id) DO NOTHING
            RETURNING order_id
            """,
            [order.order_id for order in orders],
            [order.on for order in orders],
            [order.status.value for order in orders],
            [order.origin for order in orders],
            [order.origin_id for order in orders],
            [order.pickup.actor_id for order in orders],
            [order.dropoff.actor_id for order in orders],
            [order.version for order in orders],
            [order.model_dump_json() for order in orders],
        )
        return {row["order_id"] for row in rows}

    async def put_orders(self, orders: Sequence[Order]) -> None:
        await self._db.execute(
            """
            UPDATE transport_order
            SET status = told.status, version = told.version, document = told.document::jsonb
            FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[])
                AS told (order_id, status, version, document)
            WHERE transport_order.order_id = told.order_id
            """,
            [order.order_id for order in orders],
            [order.status.value for order in orders],
            [order.version for order in orders],
            [order.model_dump_json() for order in orders],
        )

    async def order(self, order_id: OrderId) -> Order:
        document = await self._db.fetchval(
            "SELECT document FROM transport_order WHERE order_id = $1", order_id
        )
        return Order.model_validate_json(_found(document, order_id, "order"))

    async def orders(
        self, wanted: WantedOrders, after: tuple[date, OrderId] | None, limit: int
    ) -> Sequence[Order]:
        rows = await self._db.fetch(
            """
            SELECT document FROM transport_order
            WHERE ($1::date IS NULL OR on_date = $1)
                AND ($2::text IS NULL OR status = $2)
                AND ($3::text IS NULL OR origin = $3)
                AND ($4::uuid IS NULL OR actor_ids @> ARRAY[$4::uuid])
                AND ($5::date IS NULL OR (on_date, order_id) > ($5::date, $6::uuid))
            ORDER BY on_date, order_id
            LIMIT $7
            """,
            wanted.on,
            wanted.status.value if wanted.status else None,
            wanted.origin,
            wanted.actor_id,
            after[0] if after else None,
            after[1] if after else None,
            limit,
        )
        return [Order.model_validate_json(row["document"]) for row in rows]

    async def orders_by_id(self, order_ids: AbstractSet[OrderId]) -> Sequence[Order]:
        rows = await self._db.fetch(
            """
            SELECT document FROM transport_order
            WHERE order_id = ANY($1::uuid[]) ORDER BY order_id
            """,
            list(order_ids),
        )
        return [Order.model_validate_json(row["document"]) for row in rows]

    async def orders_to_change(self, order_ids: AbstractSet[OrderId]) -> Sequence[Order]:
        rows = await self._db.fetch(
            """
            SELECT document FROM transport_order
            WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE
            """,
            list(order_ids),
        )
        return [Order.model_validate_json(row["document"]) for row in rows]

    async def orders_of_day(self, on: date) -> Sequence[Order]:
        rows = await self._db.fetch(
            """
            SELECT document FROM transport_order
            WHERE on_date = $1 AND status IN ('accepted', 'at_hub') ORDER BY order_id
            """,
            on,
        )
        return [Order.model_validate_json(row["document"]) for row in rows]

    async def order_ids_of_origin(
        self, origin: Word, origin_id: UUID, since: date
    ) -> Sequence[OrderId]:
        rows = await self._db.fetch(
            """
            SELECT order_id FROM transport_order
            WHERE origin = $4 AND origin_id = $1 AND on_date >= $2
                AND status = ANY($3::text[])
            ORDER BY order_id
            """,
            origin_id,
            since,
            [status.value for status in NOT_YET_LOADED],
            origin,
        )
        return [row["order_id"] for row in rows]

    async def order_ids_at(self, actor_id: ActorId) -> Sequence[OrderId]:
        rows = await self._db.fetch(
            """
            SELECT order_id FROM transport_order
            WHERE actor_ids @> ARRAY[$1::uuid] AND status = ANY($2::text[])
            ORDER BY order_id
            """,
            actor_id,
            [status.value for status in NOT_YET_LOADED],
        )
        return [row["order_id"] for row in rows]

    async def orders_on_rounds_to_change(self, round_ids: AbstractSet[UUID]) -> Sequence[Order]:
        rows = await self._db.fetch(
            """
            SELECT document FROM transport_order
            WHERE document -> 'ride' ->> 'round_id' = ANY($1::text[])
                AND status IN ('accepted', 'riding')
            ORDER BY order_id FOR UPDATE
            """,
            [str(round_id) for round_id in round_ids],
        )
        return [Order.model_validate_json(row["document"]) for row in rows]

    async def put_agreement(self, agreement: Agreement) -> None:
        await self._db.execute(
            """
            INSERT INTO agreement (synergy_id, ended_on, document) VALUES ($1, $2, $3::jsonb)
            ON CONFLICT (synergy_id) DO UPDATE
            SET ended_on = excluded.ended_on, document = excluded.document
            """,
            agreement.synergy_id,
            agreement.ended_on,
            agreement.model_dump_json(),
        )

    async def agreement_to_change(self, synergy_id: SynergyId) -> Agreement | None:
        document = await self._db.fetchval(
            "SELECT document FROM agreement WHERE synergy_id = $1 FOR UPDATE", synergy_id
        )
        return Agreement.model_validate_json(document) if document else None

    async def agreements(self) -> Sequence[Agreement]:
        rows = await self._db.fetch(
            "SELECT document FROM agreement WHERE ended_on IS NULL ORDER BY synergy_id"
        )
        return [Agreement.model_validate_json(row["document"]) for row in rows]

    async def add_plan(self, plan: Plan) -> None:
        await self._db.execute(
            "INSERT INTO plan (plan_id, on_date, document) VALUES ($1, $2, $3::jsonb)",
            plan.plan_id,
            plan.on,
            plan.model_dump_json(),
        )

    async def plan(self, plan_id: PlanId) -> Plan:
        document = await self._db.fetchval("SELECT document FROM plan WHERE plan_id = $1", plan_id)
        return Plan.model_validate_json(_found(document, plan_id, "plan"))

    async def plans(
        self, on: date | None, after: tuple[date, PlanId] | None, limit: int
    ) -> Sequence[Plan]:
        rows = await self._db.fetch(
            """
            SELECT document FROM plan
            WHERE ($1::date IS NULL OR on_date = $1)
                AND ($2::date IS NULL OR (on_date, plan_id) < ($2::date, $3::uuid))
            ORDER BY on_date DESC, plan_id DESC
            LIMIT $4
            """,
            on,
            after[0] if after else None,
            after[1] if after else None,
            limit,
        )
        return [Plan.model_validate_json(row["document"]) for row in rows]

    async def put_tours(self, tours: Sequence[Tour]) -> None:
        await self._db.executemany(
            """
            INSERT INTO tour
                (tour_id, plan_id, on_date, status, vehicle_id, order_ids, version, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)
            ON CONFLICT (tour_id) DO UPDATE
            SET status = excluded.status, order_ids = excluded.order_ids,
                version = excluded.version, document = excluded.document
            """,
            [
                (
                    tour.tour_id,
                    tour.plan_id,
                    tour.on,
                    tour.status.value,
                    tour.vehicle.vehicle_id,
                    sorted(tour.order_ids),
                    tour.version,
                    tour.model_dump_json(),
                )
                for tour in tours
            ],
        )

    async def tour(self, tour_id: TourId) -> Tour:
        document = await self._db.fetchval("SELECT document FROM tour WHERE tour_id = $1", tour_id)
        return Tour.model_validate_json(_found(document, tour_id, "tour"))

    async def tours_by_id(self, tour_ids: AbstractSet[TourId]) -> Sequence[Tour]:
        rows = await self._db.fetch(
            "SELECT document FROM tour WHERE tour_id = ANY($1::uuid[]) ORDER BY tour_id",
            list(tour_ids),
        )
        return [Tour.model_validate_json(row["document"]) for row in rows]

    async def tours(
        self, wanted: WantedTours, after: tuple[date, TourId] | None, limit: int
    ) -> Sequence[Tour]:
        rows = await self._db.fetch(
            """
            SELECT document FROM tour
            WHERE ($1::date IS NULL OR on_date = $1)
                AND ($2::text IS NULL OR status = $2)
                AND ($3::uuid IS NULL OR vehicle_id = $3)
                AND ($4::uuid IS NULL OR plan_id = $4)
                AND ($5::date IS NULL OR (on_date, tour_id) < ($5::date, $6::uuid))
            ORDER BY on_date DESC, tour_id DESC
            LIMIT $7
            """,
            wanted.on,
            wanted.status.value if wanted.status else None,
            wanted.vehicle_id,
            wanted.plan_id,
            after[0] if after else None,
            after[1] if after else None,
            limit,
        )
        return [Tour.model_validate_json(row["document"]) for row in rows]

    async def tour_to_change(self, tour_id: TourId) -> Tour:
        document = await self._db.fetchval(
            "SELECT document FROM tour WHERE tour_id = $1 FOR UPDATE", tour_id
        )
        return Tour.model_validate_json(_found(document, tour_id, "tour"))

    async def tours_of_plan_to_change(self, plan_id: PlanId) -> Sequence[Tour]:
        rows = await self._db.fetch(
            "SELECT document FROM tour WHERE plan_id = $1 ORDER BY tour_id FOR UPDATE", plan_id
        )
        return [Tour.model_validate_json(row["document"]) for row in rows]

    async def open_tours_with_to_change(self, order_ids: AbstractSet[OrderId]) -> Sequence[Tour]:
        rows = await self._db.fetch(
            """
            SELECT document FROM tour
            WHERE order_ids && $1::uuid[] AND status IN ('proposed', 'published', 'started')
            ORDER BY tour_id FOR UPDATE
            """,
            list(order_ids),
        )
        return [Tour.model_validate_json(row["document"]) for row in rows]

    async def given_tours(self, on: date) -> Sequence[Tour]:
        rows = await self._db.fetch(
            """
            SELECT document FROM tour
            WHERE on_date = $1 AND status IN ('published', 'started') ORDER BY tour_id
            """,
            on,
        )
        return [Tour.model_validate_json(row["document"]) for row in rows]


def _found(document: str | None, identifier: UUID, noun: str) -> str:
    if document is None:
        raise NotFound(f"no {noun} {identifier} here")
    return document
