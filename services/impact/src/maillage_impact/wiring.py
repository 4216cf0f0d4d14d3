"""The one place that knows the concrete parts of the service."""

from pathlib import Path

from maillage_common.settings import load
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.entrypoints import http, kafka
from maillage_impact.settings import ImpactSettings
from maillage_impact.usecases.store import Store
from maillage_serving.service import Service


def service() -> Service[Store]:
    """The service, ready to run."""
    return Service(
        name="impact",
        migrations=Path(__file__).parent / "migrations",
        make_store=PostgresStore,
        router=http.router,
        handlers=lambda: kafka.handlers(load(ImpactSettings).zone),
        settings=ImpactSettings,
    )
