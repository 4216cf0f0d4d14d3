"""Flows as one value: the only module that knows concrete stores and doors."""

from datetime import datetime
from pathlib import Path

from maillage_common.settings import load
from maillage_flows.adapters.postgres import PostgresStore
from maillage_flows.entrypoints import http, kafka
from maillage_flows.settings import FlowsSettings
from maillage_flows.usecases.age_flows import AgeFlows, age_flows
from maillage_flows.usecases.store import Store
from maillage_serving.service import Service, Worker

AGEING_EVERY_S = 60


def service() -> Service[Store]:
    """Flows."""
    return Service(
        name="flows",
        migrations=Path(__file__).parent / "migrations",
        make_store=PostgresStore,
        router=http.router,
        handlers=kafka.handlers,
        workers=(
            Worker("age_flows", every_s=AGEING_EVERY_S, use_case=age_flows, make_command=_ageing),
        ),
        settings=FlowsSettings,
    )


def _ageing(_now: datetime) -> AgeFlows:
    return AgeFlows(stale_after_days=load(FlowsSettings).stale_after_days)
