"""Doors to what would have been without: drafted by one, approved by a person."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_impact.entrypoints.bodies import BaselineBody, SupersedeBody, baseline_out
from maillage_impact.usecases.approve_baseline import (
    ApproveBaseline,
    SupersedeBaseline,
    approve_baseline,
    supersede_baseline,
)
from maillage_impact.usecases.establish_baseline import EstablishBaseline, establish_baseline
from maillage_impact.usecases.store import Store
from maillage_serving.auth import Principal
from maillage_serving.http import Door, carry_out, command, etag, query

Reader = Annotated[Principal, query("impact.statement.read")]


class BaselineDoors:
    """Every path below /v1/baselines."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def list(
        self, _: Reader, synergy_id: UUID | None = None, scope: str | None = None
    ) -> dict[str, Any]:
        """List baselines by their first day."""
        found = await self._runner.read(
            lambda store: store.baselines(synergy_id=synergy_id, scope=scope)
        )
        return {"items": [baseline_out(baseline) for baseline in found], "next": None}

    async def read(self, baseline_id: UUID, _: Reader, response: Response) -> dict[str, Any]:
        """Read a baseline; its ETag goes back in If-Match."""
        found = await self._runner.read(lambda store: store.baseline(baseline_id))
        response.headers["ETag"] = etag(found.version)
        return baseline_out(found)

    async def draft(
        self, body: BaselineBody, door: Annotated[Door, command("impact.baseline.establish")]
    ) -> dict[str, Any]:
        """Draft a baseline; it counts once it is approved."""
        baseline_id = body.baseline_id or uuid7()
        order = EstablishBaseline(body.drafted(baseline_id))
        return await carry_out(self._runner, establish_baseline, order, baseline_id, door=door)

    async def approve(
        self, baseline_id: UUID, door: Annotated[Door, command("impact.baseline.approve")]
    ) -> dict[str, Any]:
        """Approve a baseline: what it covers is held against it from now on."""
        order = ApproveBaseline(baseline_id, door.expected_version)
        return await carry_out(self._runner, approve_baseline, order, baseline_id, door=door)

    async def supersede(
        self,
        baseline_id: UUID,
        body: SupersedeBody,
        door: Annotated[Door, command("impact.baseline.approve")],
    ) -> dict[str, Any]:
        """End a baseline after a last day."""
        order = SupersedeBaseline(baseline_id, body.last_day, door.expected_version)
        return await carry_out(self._runner, supersede_baseline, order, baseline_id, door=door)
