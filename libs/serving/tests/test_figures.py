"""Figures: what stands in the store, in the table of checks and on certificates is told."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from prometheus_client import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily
from structlog.testing import capture_logs
from tally import MemoryTally, Store, service
from wired import settings_for

from maillage_common.metrics import Metrics
from maillage_common.postgres import PostgresDatabase
from maillage_common.settings import Settings
from maillage_common.transaction import Runner
from maillage_serving.figures import Figure, Figures
from maillage_serving.testing import NOON, eventually, memory_runner, postgres_runner

LABELS = {"territory": "jourdies", "service": "flows"}
ENDS = datetime(2030, 5, 17, 12, tzinfo=UTC)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(territory="jourdies", service="flows")


def told(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"maillage_{name}", {**LABELS, **labels})


async def hours(_: Store, now: datetime) -> float:
    return now.hour


async def rows(store: Store, _: datetime) -> float:
    return len(await store.applied())


async def test_a_service_tells_what_its_store_knows(metrics: Metrics) -> None:
    store: Store = MemoryTally()
    await store.add([("one", 1), ("two", 1)])
    figures = Figures(metrics, (Figure("rows", "Rows.", rows), Figure("hours", "Now.", hours)))
    await figures.read_own(memory_runner(store, service="flows"))
    assert (told(metrics, "rows"), told(metrics, "hours")) == (2, NOON.hour)


async def by_letter(_store: Store, _now: datetime) -> dict[tuple[str, ...], float]:
    return {("a",): 1, ("b",): 2}


async def test_a_figure_with_labels_is_told_for_each_of_their_values(metrics: Metrics) -> None:
    store: Store = MemoryTally()
    own = (Figure("letters", "Letters.", by_letter, ("letter",)),)
    await Figures(metrics, own).read_own(memory_runner(store, service="flows"))
    assert [told(metrics, "letters", letter=one) for one in "abc"] == [1, 2, None]


async def test_what_is_gone_is_told_no_more(metrics: Metrics) -> None:
    left = {("a",): 1.0, ("b",): 2.0}

    async def letters(_store: Store, _now: datetime) -> dict[tuple[str, ...], float]:
        return dict(left)

    store: Store = MemoryTally()
    runner: Runner[Store] = memory_runner(store, service="flows")
    figures = Figures(metrics, (Figure("letters", "Letters.", letters, ("letter",)),))
    assert told(metrics, "letters", letter="a") is None
    await figures.read_own(runner)
    del left["b",]
    await figures.read_own(runner)
    assert [told(metrics, "letters", letter=one) for one in "ab"] == [1, None]


async def test_what_only_grows_is_a_counter_and_what_spreads_a_histogram(metrics: Metrics) -> None:
    async def waits(_store: Store, _now: datetime) -> dict[tuple[str, ...], tuple[Any, ...]]:
        return {(): ([("60", 2.0), ("+Inf", 3.0)], 150.5)}

    store: Store = MemoryTally()
    own = (
        Figure("letters_total", "Letters.", by_letter, ("letter",), CounterMetricFamily),
        Figure("wait_seconds", "Time.", waits, family=HistogramMetricFamily),
    )
    await Figures(metrics, own).read_own(memory_runner(store, service="flows"))
    assert told(metrics, "letters_total", letter="b") == 2
    buckets = [told(metrics, "wait_seconds_bucket", le=le) for le in ("60", "+Inf")]
    assert [*buckets, told(metrics, "wait_seconds_sum")] == [2, 3, 150.5]
    kinds = ["maillage_letters_total counter", "maillage_wait_seconds histogram"]
    page = generate_latest(metrics.registry).decode()
    assert [one for one in kinds if f"# TYPE {one}\n" in page] == kinds


async def test_certificates_are_told_by_when_they_end(metrics: Metrics, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued = authority.issue_cert("127.0.0.1", not_after=ENDS)
    issued.configure_cert(context)  # pyright: ignore[reportUnknownMemberType] also takes OpenSSL's
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await Figures[Store](metrics).read_certificates(tls_settings(port, file))
    assert told(metrics, "certificate_expires_timestamp_seconds", of="bus") == ENDS.timestamp()
    of_authority = told(metrics, "certificate_expires_timestamp_seconds", of="authority")
    assert of_authority is not None
    assert of_authority > ENDS.timestamp()


def tls_settings(port: int, file: Path) -> Settings:
    keys = file.parent / "keys.json"
    keys.write_text('{"keys": []}')
    return Settings(
        territory="jourdies",
        database_url="postgresql://nobody@127.0.0.1/none",
        kafka_bootstrap=f"127.0.0.1:{port}",
        kafka_security="tls",
        kafka_ca_file=file,
        auth_issuer="https://issuer.test",
        auth_jwks_file=keys,
    )


@pytest.mark.integration
async def test_one_figure_that_fails_keeps_no_other_back(
    metrics: Metrics, fresh_database: str, tmp_path: Path
) -> None:
    async def fail(_: Store, __: datetime) -> float:
        raise RuntimeError("no such column")

    figures = Figures(metrics, (Figure("broken", "Never told.", fail),))
    settings = settings_for(fresh_database, "127.0.0.1:1", "jourdies", tmp_path)
    async with postgres_runner(fresh_database, service()) as runner:
        with capture_logs() as logs:
            telling = asyncio.create_task(tell(figures, runner, settings))
            await eventually(lambda: told(metrics, "check_timestamp_seconds", check="restore") == 0)
            telling.cancel()
            await asyncio.wait({telling})
    assert telling.cancelled()
    assert [said(entry) for entry in logs] == [("figures_broken", "error")]


async def tell(figures: Figures[Store], runner: Runner[Store], settings: Settings) -> None:
    assert isinstance(runner.database, PostgresDatabase)
    await figures.tell(runner, runner.database.pool, settings)


def said(entry: Mapping[str, object]) -> tuple[object, object]:
    return entry["event"], entry["log_level"]
