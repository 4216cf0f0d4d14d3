"""Tours as one value: the only module that knows concrete stores, doors, solver and distances."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from fastapi import APIRouter

from maillage_common.handlers import Handlers
from maillage_common.identifiers import uuid7
from maillage_common.settings import load
from maillage_common.transaction import Context, Runner
from maillage_contracts.vocabulary import GeoPoint
from maillage_serving.service import Service, Worker
from maillage_tours.adapters.estimated import EstimatedMatrices, Learned
from maillage_tours.adapters.osrm import OsrmMatrices
from maillage_tours.adapters.postgres import PostgresStore
from maillage_tours.adapters.solver import ChildSolver
from maillage_tours.domain.terms import Terms
from maillage_tours.entrypoints import http, kafka
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.entrypoints.figures import figures
from maillage_tours.settings import ToursSettings
from maillage_tours.usecases.extend_horizon import ExtendHorizon, extend_horizon
from maillage_tours.usecases.learn_detour import LearnDetour, learn_detour
from maillage_tours.usecases.plan_day import Solver
from maillage_tours.usecases.store import Store

HORIZON_EVERY_S = 3600
"""An hour after midnight at the latest the horizon is a day further."""


def service(terms: Terms | None = None, solver: Solver | None = None) -> Service[Store]:
    """Tours, on the terms given or on those of the settings, which are read when it runs.

    Another solver than the child process is for tests.
    """

    def agreed() -> Terms:
        return terms or load(ToursSettings).terms

    @cache
    def matrices(learned: Learned | None = None) -> EstimatedMatrices | OsrmMatrices:
        """Of plans, which learn; and, with nothing to learn, for the age of the map alone."""
        estimates = EstimatedMatrices(agreed().detour_factor, agreed().estimate_buffer, learned)
        maps = load(ToursSettings).maps if terms is None else None
        return OsrmMatrices(maps, estimates) if maps else estimates

    async def map_age_s(near: GeoPoint, now: datetime) -> float:
        asked = matrices()
        return await asked.map_age_s(near, now) if isinstance(asked, OsrmMatrices) else 0

    def router(runner: Runner[Store]) -> APIRouter:
        distances = matrices(LearnedDetour(runner))
        return http.router(Desk(runner, agreed(), distances, solver or ChildSolver()))

    def handlers() -> Handlers[Store]:
        return kafka.handlers(agreed())

    return Service(
        name="tours",
        migrations=Path(__file__).parent / "migrations",
        make_store=PostgresStore,
        router=router,
        handlers=handlers,
        workers=(
            Worker(
                "extend_horizon",
                every_s=HORIZON_EVERY_S,
                use_case=extend_horizon,
                make_command=lambda _: ExtendHorizon(agreed()),
            ),
        ),
        figures=figures(agreed, map_age_s),
        settings=ToursSettings,
    )


@dataclass(frozen=True)
class LearnedDetour:
    """The factor that was learned from a map, in the store."""

    runner: Runner[Store]

    async def recall(self) -> Decimal | None:
        """What the last process learned, if any did."""
        return await self.runner.read(lambda store: store.detour())

    async def keep(self, factor: Decimal) -> None:
        """Have it outlive this process."""
        command, context = LearnDetour(factor), Context(uuid7(), provenance="engine")
        await self.runner.execute(learn_detour, command, subject="detour", context=context)
