"""What a command found out is kept in the database of a service, and told by the service."""

from datetime import UTC, datetime, timedelta

import pytest
from tally import Store, service

from maillage_common.metrics import Metrics
from maillage_common.postgres import PostgresDatabase
from maillage_hub.runtime.checks import note_check
from maillage_serving.figures import Figures
from maillage_serving.testing import postgres_runner

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_the_last_check_is_told_and_an_older_one_changes_nothing(
    fresh_database: str,
) -> None:
    metrics = Metrics(territory="jourdies", service="flows")
    figures = Figures[Store](metrics)

    async with postgres_runner(fresh_database, service()) as runner:
        assert isinstance(runner.database, PostgresDatabase)
        await figures.read_checks(runner.database.pool)
        assert [checked(metrics, "restore"), checked(metrics, "reconciliation")] == [0, 0]
        assert gap(metrics, "missing") is None

        await note_check(fresh_database, "restore", AT, {})
        await note_check(fresh_database, "restore", AT - timedelta(days=1), {})
        await note_check(fresh_database, "reconciliation", AT, {"missing": 3, "unread": 0})
        await figures.read_checks(runner.database.pool)
        assert checked(metrics, "restore") == AT.timestamp()
        assert [gap(metrics, "missing"), gap(metrics, "unread")] == [3, 0]

        later = AT + timedelta(hours=1)
        await note_check(fresh_database, "reconciliation", later, {"missing": 0, "unread": 0})
        await figures.read_checks(runner.database.pool)
        assert checked(metrics, "reconciliation") == later.timestamp()
        assert gap(metrics, "missing") == 0


def checked(metrics: Metrics, what: str) -> float | None:
    return told(metrics, "check_timestamp_seconds", check=what)


def gap(metrics: Metrics, kind: str) -> float | None:
    return told(metrics, "reconciliation_gap", kind=kind)


def told(metrics: Metrics, name: str, **labels: str) -> float | None:
    common = {"territory": "jourdies", "service": "flows"}
    return metrics.registry.get_sample_value(f"maillage_{name}", common | labels)
