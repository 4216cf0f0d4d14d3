"""A real Prometheus asks every service for its metrics, and evaluates the alerts on them."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from maillage_contracts.catalogue import SERVICES
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.process import Process, Program
from maillage_hub.testing_hub import WholeHub
from maillage_serving.figures import READ_EVERY_S
from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration

FOLDER = Path(__file__).parents[2] / "deploy" / "observability"
CHECKED_WITHIN_S = 30
CHECKED = "maillage_check_timestamp_seconds"
IN_DAYS = {
    "maillage_matching_advisor_hours_per_synergy",
    "maillage_matching_case_age_days",
    "maillage_matching_time_to_first_answer_days",
}
"""Units that advisors count in, where promtool would have seconds."""
OF_ONE = {
    "matching": ("maillage_leads_waiting", "maillage_cases_open", "maillage_desk_places"),
    "tours": ("maillage_orders_unplanned",),
}


@pytest.fixture
async def prometheus(hub: WholeHub, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A Prometheus with our configuration, but for the addresses and how often it asks."""
    program = found("prometheus")
    settings: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    settings["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    settings["rule_files"] = [str(FOLDER / "alerts.yml")]
    (job,) = settings["scrape_configs"]
    for target in job["static_configs"]:
        address = hub.state.services[target["labels"]["service"]]
        target["targets"] = [urlsplit(address).netloc]
    config = tmp_path / "prometheus.yml"
    config.write_text(yaml.safe_dump(settings))
    ports = Ports()
    address = f"{LOOPBACK}:{ports.claim('prometheus')}"
    ports.close()
    running = Process.spawn(
        Program(
            name="prometheus",
            command=[
                program,
                f"--config.file={config}",
                f"--storage.tsdb.path={tmp_path / 'data'}",
                f"--web.listen-address={address}",
            ],
            log=tmp_path / "prometheus.log",
        )
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://{address}/api/v1") as http:
            yield http
    finally:
        await running.stop()


async def test_every_service_is_asked_and_no_alert_is_broken(
    hub: WholeHub, prometheus: httpx.AsyncClient
) -> None:
    async def asked() -> bool:
        up = await result(prometheus, "up == 1")
        assert {one["metric"]["service"] for one in up} == set(SERVICES)
        ready = await result(prometheus, "max by (service, territory) (maillage_trouble) == 0")
        told = {(one["metric"]["service"], one["metric"]["territory"]) for one in ready}
        assert told == {(service, hub.territory) for service in SERVICES}
        return True

    await eventually(asked, deadline_s=60, every_s=0.5)

    async def evaluated() -> bool:
        groups = (await prometheus.get("/rules")).json()["data"]["groups"]
        health = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
        assert set(health.values()) == {"ok"}
        return True

    await eventually(evaluated, deadline_s=30, every_s=0.5)


async def test_what_people_are_called_by_is_told(
    hub: WholeHub, prometheus: httpx.AsyncClient
) -> None:
    await hub.maillage("outbox", "compare")
    await hub.maillage("backup", "tested")

    async def told() -> bool:
        for check in ("reconciliation", "restore"):
            at = await result(prometheus, f'{CHECKED}{{check="{check}"}} > 0')
            assert {one["metric"]["service"] for one in at} == set(SERVICES)
        for service, names in OF_ONE.items():
            for name in names:
                (value,) = await result(prometheus, name)
                assert value["metric"]["service"] == service
        return True

    await eventually(told, deadline_s=READ_EVERY_S + 60, every_s=0.5)


async def test_every_exposition_is_in_good_form(hub: WholeHub) -> None:
    promtool = found("promtool")
    for service in SERVICES:
        async with hub.door(service, None) as door:
            exposed = await door.get("/metrics")
        checked = subprocess.run(  # noqa: ASYNC221 nothing else runs meanwhile
            [promtool, "check", "metrics"],
            input=exposed.content,
            capture_output=True,
            check=False,
            timeout=CHECKED_WITHIN_S,
        )
        complaints = checked.stderr.decode().splitlines()
        assert [one for one in complaints if one.partition(" ")[0] not in IN_DAYS] == []


async def result(http: httpx.AsyncClient, query: str) -> list[Mapping[str, Any]]:
    """What an expression gives now."""
    try:
        answer = await http.get("/query", params={"query": query})
    except httpx.ConnectError:
        return []  # it is starting
    return answer.json()["data"]["result"] if answer.is_success else []


def found(program: str) -> str:
    """Where a program of Prometheus is; no package of Python carries it."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed here (Debian: prometheus)")
    return path
