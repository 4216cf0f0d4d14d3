"""The one place that knows the concrete parts of the service."""

from collections.abc import Sequence
from pathlib import Path

from maillage_common.settings import load
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.adapters.worked_files import read_worked, shipped_cases
from maillage_impact.domain.worked.running import Verdict, run_cases
from maillage_impact.entrypoints import http, kafka
from maillage_impact.settings import ImpactSettings
from maillage_impact.usecases.judge_worked import judge_published
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


def judge(path: Path | None) -> Sequence[Verdict]:
    """The verdicts on a file of worked examples, or on those that are shipped."""
    if path is None:
        return run_cases(shipped_cases())
    worked = read_worked(path)
    if worked.expectations is not None:
        return judge_published(worked.expectations, shipped_cases())
    return run_cases(worked.cases)
