"""Every path of impact, and what opens behind it."""

from fastapi import APIRouter

from maillage_common.transaction import Runner
from maillage_impact.entrypoints.accounts import AccountDoors
from maillage_impact.entrypoints.baselines import BaselineDoors
from maillage_impact.entrypoints.statements import StatementDoors
from maillage_impact.usecases.store import Store
from maillage_serving.http import Guarded


def router(runner: Runner[Store]) -> APIRouter:
    """All the paths, in one list."""
    routes = APIRouter(prefix="/v1", route_class=Guarded)
    ledger, baselines = StatementDoors(runner), BaselineDoors(runner)
    accounts = AccountDoors(runner)
    for method, path, door, code in (
        ("GET", "/statements", ledger.list, 200),
        ("GET", "/statements/{entry_id}", ledger.read, 200),
        ("POST", "/statements/{entry_id}/correct", ledger.correct, 201),
        ("GET", "/totals", ledger.totals, 200),
        ("POST", "/figures", ledger.record, 201),
        ("POST", "/balances", ledger.balance, 201),
        ("POST", "/refrigerants", ledger.escape, 201),
        ("GET", "/accounts", accounts.read, 200),
        ("GET", "/factors", ledger.factors, 200),
        ("GET", "/baselines", baselines.list, 200),
        ("POST", "/baselines", baselines.draft, 201),
        ("GET", "/baselines/{baseline_id}", baselines.read, 200),
        ("POST", "/baselines/{baseline_id}/approve", baselines.approve, 200),
        ("POST", "/baselines/{baseline_id}/supersede", baselines.supersede, 200),
    ):
        tag = path.split("/")[1]
        routes.add_api_route(path, door, methods=[method], tags=[tag], status_code=code)
    return routes
