"""Doors to what firms could do together: shared collections, and what the territory lacks."""

import csv
import io
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid, NotFound
from maillage_contracts.vocabulary import ActorId, FlowId, GeoPoint
from maillage_matching.domain.break_even import BreakEven
from maillage_matching.domain.collecting import POOL_REACH_KM, KeptPool
from maillage_matching.domain.gathering import Grid
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.link_tables import features_of, rows_of
from maillage_matching.domain.missing_links import LinkReport, for_everybody, quarter_of
from maillage_matching.usecases.find_pools import FindPools, FoundPool, find_pools
from maillage_matching.usecases.report_missing_links import missing_today
from maillage_matching.usecases.store import Store
from maillage_serving.auth import Principal
from maillage_serving.http import Paged, query

Quarter = Annotated[
    str | None,
    Query(
        pattern=r"^[12]\d{3}-Q[1-4]$",
        description="As in 2026-Q3. Absent: for advisors as it stands today, for others the last "
        "one that was kept.",
    ),
]
Reading = Annotated[Principal, query("matching.link.read")]
SEES_ALL = "advisor"


class Table(Response):
    """For spreadsheets."""

    media_type = "text/csv"


class Layer(JSONResponse):
    """For maps."""

    media_type = "application/geo+json"


class PoolView(BaseModel):
    """A group of firms that one round could collect from."""

    slot: str
    resource: str
    centre: GeoPoint = Field(description="Free: not where a firm is.")
    reach_km: float
    flow_ids: tuple[FlowId, ...]
    actor_ids: tuple[ActorId, ...]
    firms: int
    outlet: FlowId | None = Field(description="Of who treats it, where one is known.")
    economy: BreakEven | None = Field(description="Absent for what is not counted in mass.")
    gathered_at: datetime


class Pools(BaseModel):
    """A page of them, the largest first."""

    items: list[PoolView]
    next: str | None


class Links(BaseModel):
    """A report; without any link and quarter when none was kept yet."""

    report: LinkReport | None
    is_whole: bool = Field(description="False: what could tell of one firm is withheld.")


class CollectiveDoors:
    """What can be asked about doing things together."""

    def __init__(
        self, runner: Runner[Store], knowledge: Knowledge, *, fine: Grid, coarse: Grid
    ) -> None:
        """Work through this runner, with this knowledge; `fine` is for rounds."""
        self._runner = runner
        self._knowledge = knowledge
        self._fine = fine
        self._coarse = coarse

    async def pools(
        self,
        _: Annotated[Principal, query("matching.prospect.read")],
        page: Paged,
        resource: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Pools:
        """Shared collections around free centres, with what it takes for each to pay."""
        asked = FindPools(resource, _place(page.after(1)), page.limit + 1)
        now = self._runner.clock()
        found = await self._runner.read(
            lambda store: find_pools(asked, store, now, knowledge=self._knowledge, grid=self._fine)
        )
        rows = page.of(found, key=lambda one: (str(one.kept.place),))
        return Pools(items=[_pool(one) for one in rows["items"]], next=rows["next"])

    async def links(self, who: Reading, quarter: Quarter = None) -> Links:
        """Carriers, machines and plants that are missing, what would find most to do first."""
        report = await self._report(who, quarter)
        return Links(report=report, is_whole=SEES_ALL in who.roles)

    async def table(self, who: Reading, quarter: Quarter = None) -> Table:
        """The same as a table for spreadsheets."""
        report = await self._report(who, quarter)
        text = io.StringIO()
        if report is not None:
            csv.writer(text).writerows(rows_of(report))
        return Table(text.getvalue())

    async def map(self, who: Reading, quarter: Quarter = None) -> Layer:
        """The same as a layer of a map: GeoJSON, a point for each link."""
        report = await self._report(who, quarter)
        nothing: dict[str, Any] = {"type": "FeatureCollection", "features": []}
        shown = nothing if report is None else features_of(report)
        return Layer(shown)

    async def _report(self, who: Principal, quarter: str | None) -> LinkReport | None:
        """Others than advisors read what was kept: two looks at today tell who came between."""
        now = self._runner.clock()
        sees_all = SEES_ALL in who.roles
        if sees_all and quarter in {None, quarter_of(now.date())}:
            return await self._runner.read(
                lambda store: missing_today(store, self._knowledge, self._coarse, now)
            )
        report = await self._runner.read(lambda store: store.link_report(quarter))
        if report is None:
            if quarter is not None:
                raise NotFound(f"no report was kept of {quarter}")
            return None
        return report if sees_all else for_everybody(report, self._knowledge)


def _place(after: tuple[str, ...] | None) -> int:
    if after is None:
        return 0
    if not after[0].isdecimal() or len(after[0]) > len(str(10**8)):
        raise Invalid("cursor", "send the value of `next` from the page before")
    return int(after[0])


def _pool(found: FoundPool) -> PoolView:
    kept: KeptPool = found.kept
    actors = tuple(dict.fromkeys(side.flow.actor_id for side in found.members))
    return PoolView(
        slot=kept.pool.slot,
        resource=kept.pool.resource,
        centre=found.centre,
        reach_km=POOL_REACH_KM,
        flow_ids=tuple(side.flow.flow_id for side in found.members),
        actor_ids=actors,
        firms=len(actors),
        outlet=found.outlet.flow.flow_id if found.outlet else None,
        economy=found.economy,
        gathered_at=kept.gathered_at,
    )
