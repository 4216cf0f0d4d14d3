"""Every command and query that comes in over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from maillage_common.auth import Principal
from maillage_common.http import Door, Paged, answer, command, etag, query
from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid
from maillage_impact.entrypoints.bodies import (
    BaselineBody,
    CorrectionBody,
    SupersedeBody,
    baseline_out,
    entry_out,
    factor_out,
)
from maillage_impact.usecases.approve_baseline import (
    ApproveBaseline,
    SupersedeBaseline,
    approve_baseline,
    supersede_baseline,
)
from maillage_impact.usecases.correct_entry import CorrectEntry, correct_entry
from maillage_impact.usecases.establish_baseline import EstablishBaseline, establish_baseline
from maillage_impact.usecases.explain_entry import explain_entry
from maillage_impact.usecases.store import EntryFilter, Store
from maillage_impact.usecases.sum_subject import sum_subject

Reader = Annotated[Principal, query("impact.statement.read")]
FACTORS_MAX = 1000


def router(runner: Runner[Store]) -> APIRouter:
    """All routes of the service."""
    routes = APIRouter(prefix="/v1", tags=["impact"])
    _statements(routes, runner)
    _baselines(routes, runner)
    return routes


def _statements(routes: APIRouter, runner: Runner[Store]) -> None:
    @routes.get("/statements")
    async def statements(
        _who: Reader,
        page: Paged,
        about: str | None = None,
        about_id: UUID | None = None,
        indicator: str | None = None,
        account: str | None = None,
    ) -> dict[str, Any]:
        """Lines of the ledger, oldest first, also those that a later line corrects."""
        asked = EntryFilter(about, about_id, indicator, account)
        number = _number(page.after(1))
        rows = await runner.read(
            lambda store: store.entries(asked, after=number, limit=page.limit + 1)
        )
        listed = page.of(rows, key=lambda row: (str(row[0]),))
        return {**listed, "items": [entry_out(entry) for _, entry in listed["items"]]}

    @routes.get("/statements/{entry_id}")
    async def statement(entry_id: UUID, _who: Reader) -> dict[str, Any]:
        """A line with its factors and their sources, its baseline, its causes and its shares."""
        found = await runner.read(lambda store: explain_entry(entry_id, store))
        return {
            **entry_out(found.entry),
            "factors": [factor_out(factor) for factor in found.factors],
            "baseline": baseline_out(found.baseline) if found.baseline else None,
            "corrected_by": found.corrected_by,
            "shares": [
                {"about": "synergy", "about_id": id_, "value": value}
                for id_, value in found.shares.items()
            ],
        }

    @routes.get("/totals")
    async def totals(about: str, about_id: UUID, _who: Reader) -> dict[str, Any]:
        """One figure for each indicator of a synergy, a tour or a plan; accounts never meet."""
        found = await runner.read(lambda store: sum_subject(about, about_id, store))
        return {
            "about": about,
            "about_id": about_id,
            "totals": [vars(total) for total in found.totals],
            "not_accounted": found.not_accounted,
        }

    @routes.get("/factors")
    async def factors(_who: Reader) -> dict[str, Any]:
        """The factor set, with the source of every figure."""

        async def all_factors(store: Store) -> list[dict[str, Any]]:
            return [factor_out(factor) for factor in store.factors.factors.values()][:FACTORS_MAX]

        return {"items": await runner.read(all_factors), "next": None}

    @routes.post("/statements/{entry_id}/correct", status_code=201)
    async def correct(
        entry_id: UUID,
        body: CorrectionBody,
        door: Annotated[Door, command("impact.statement.correct")],
    ) -> dict[str, Any]:
        """Write a new line that corrects this one."""
        order = CorrectEntry(entry_id, body.value, body.reason, body.explanation)
        return answer(
            await runner.execute(
                correct_entry,
                order,
                subject=str(entry_id),
                context=door.context,
                idempotency=door.idempotency,
            )
        )


def _baselines(routes: APIRouter, runner: Runner[Store]) -> None:
    @routes.get("/baselines")
    async def baselines(
        _who: Reader, synergy_id: UUID | None = None, scope: str | None = None
    ) -> dict[str, Any]:
        """Baselines, by their first day."""
        found = await runner.read(lambda store: store.baselines(synergy_id=synergy_id, scope=scope))
        return {"items": [baseline_out(baseline) for baseline in found], "next": None}

    @routes.get("/baselines/{baseline_id}")
    async def baseline(baseline_id: UUID, _who: Reader, response: Response) -> dict[str, Any]:
        """One baseline; its ETag goes back in If-Match."""
        found = await runner.read(lambda store: store.baseline(baseline_id))
        response.headers["ETag"] = etag(found.version)
        return baseline_out(found)

    @routes.post("/baselines", status_code=201)
    async def draft(
        body: BaselineBody, door: Annotated[Door, command("impact.baseline.establish")]
    ) -> dict[str, Any]:
        """Draft a baseline; it counts once it is approved."""
        baseline_id = body.baseline_id or uuid7()
        order = EstablishBaseline(body.drafted(baseline_id))
        return answer(
            await runner.execute(
                establish_baseline,
                order,
                subject=str(baseline_id),
                context=door.context,
                idempotency=door.idempotency,
            )
        )

    @routes.post("/baselines/{baseline_id}/approve")
    async def approve(
        baseline_id: UUID, door: Annotated[Door, command("impact.baseline.approve")]
    ) -> dict[str, Any]:
        """Approve: only persons may."""
        order = ApproveBaseline(baseline_id, door.expected_version)
        return answer(
            await runner.execute(
                approve_baseline,
                order,
                subject=str(baseline_id),
                context=door.context,
                idempotency=door.idempotency,
            )
        )

    @routes.post("/baselines/{baseline_id}/supersede")
    async def supersede(
        baseline_id: UUID,
        body: SupersedeBody,
        door: Annotated[Door, command("impact.baseline.approve")],
    ) -> dict[str, Any]:
        """End a baseline after a last day."""
        order = SupersedeBaseline(baseline_id, body.last_day, door.expected_version)
        return answer(
            await runner.execute(
                supersede_baseline,
                order,
                subject=str(baseline_id),
                context=door.context,
                idempotency=door.idempotency,
            )
        )


def _number(after: tuple[str, ...] | None) -> int | None:
    if after is None:
        return None
    if not after[0].isascii() or not after[0].isdigit():
        raise Invalid("cursor", "this cursor is of another list: start from its first page")
    return int(after[0])
