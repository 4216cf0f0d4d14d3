"""The compose file is accepted by Compose, and agrees with the services and their settings."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from maillage_common.settings import PREFIX, Settings
from maillage_common.subscription import STOP_TIMEOUT_S
from maillage_contracts.catalogue import SERVICES
from maillage_impact.settings import ImpactSettings
from maillage_serving.process import GRACE_S
from maillage_tours.settings import ToursSettings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    f"{PREFIX}{name.upper()}"
    for kind in (Settings, ImpactSettings, ToursSettings)
    for name in kind.model_fields
}
TOLD = {
    "MAILLAGE_TERRITORY": "jourdies",
    "MAILLAGE_AUTH_ISSUER": "https://identity.example",
    "MAILLAGE_AUTH_JWKS_URL": "https://identity.example/certs",
}
OF_OTHERS = {"kafka", "postgres", "prometheus", "grafana", "osrm"}
PROFILES = {"prometheus": "observability", "grafana": "observability", "osrm": "routing"}
COMPOSE_S_MAX = 60
Document = Mapping[str, Any]  # YAML: anything


@cache
def composed() -> Document:
    """The compose file as Compose reads it, all profiles of it."""
    done = _compose(TOLD, "--profile", "*", "config")
    assert (done.returncode, done.stderr) == (0, "")
    return yaml.safe_load(done.stdout)


def containers() -> Mapping[str, Document]:
    """All of them by name."""
    return composed()["services"]


@pytest.mark.parametrize("missing", TOLD)
def test_nothing_starts_without_being_told(missing: str) -> None:
    done = _compose({key: value for key, value in TOLD.items() if key != missing}, "config")

    assert done.returncode != 0
    assert missing in done.stderr


def test_the_programs_are_those_that_were_foreseen() -> None:
    migrations = {f"{service}-migrate" for service in SERVICES}

    assert set(containers()) == {*SERVICES, *migrations, *OF_OTHERS, "loopback", "topics"}
    assert {n: p for n, one in containers().items() for p in one.get("profiles", ())} == PROFILES


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_runs_its_own_code_with_settings_that_exist(service: str) -> None:
    for name, verb in ((service, "serve"), (f"{service}-migrate", "migrate")):
        described = containers()[name]
        told: Document = described["environment"]

        assert described["command"] == [f"maillage_{service}", verb]
        assert described["build"]["args"] == {"SERVICE": service}
        assert described["image"] == f"maillage-{service}"
        assert set(told) <= SETTINGS
        assert told["MAILLAGE_DATABASE_URL"] == f"postgresql://{service}@127.0.0.1:5432/{service}"
        assert [one["source"] for one in described["secrets"]] == [service]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_once_what_it_needs_is_there(service: str) -> None:
    needs = {key: one["condition"] for key, one in containers()[service]["depends_on"].items()}
    before = containers()[f"{service}-migrate"]["depends_on"]

    assert needs.pop("loopback") == "service_started"
    assert set(needs.values()) == {"service_completed_successfully"}
    assert set(needs) == {"topics", f"{service}-migrate"}
    assert before["postgres"]["condition"] == "service_healthy"
    assert containers()["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"


def test_whatever_ends_by_itself_is_waited_for() -> None:
    # Else `up --wait` takes its end for a failure.
    ends = {name for name, one in containers().items() if one["restart"] == "on-failure"}
    awaited = {
        name
        for one in containers().values()
        for name, need in one.get("depends_on", {}).items()
        if need["condition"] == "service_completed_successfully"
    }

    assert {one["restart"] for one in containers().values()} == {"on-failure", "unless-stopped"}
    assert ends == awaited == {"topics", *(f"{service}-migrate" for service in SERVICES)}


@pytest.mark.parametrize("name", [*SERVICES, "kafka", "postgres", "prometheus", "grafana"])
def test_whatever_is_asked_has_a_health_check(name: str) -> None:
    check: list[str] = containers()[name]["healthcheck"]["test"]

    assert check[0] == "CMD"
    assert ("/readyz" in " ".join(check)) == (name in SERVICES)


def test_ports_are_published_on_the_hosts_loopback_only() -> None:
    published: list[Document] = containers()["loopback"]["ports"]
    asked = {containers()[service]["environment"]["MAILLAGE_HTTP_PORT"] for service in SERVICES}

    assert {one["host_ip"] for one in published} == {"127.0.0.1"}
    assert {str(one["target"]) for one in published} == {*asked, "9090", "3000"}
    for name, one in containers().items():
        assert (name == "loopback") == ("ports" in one)
        assert (name == "loopback") != (one.get("network_mode") == "service:loopback")


@pytest.mark.parametrize("name", sorted({*OF_OTHERS, "loopback", "topics", *SERVICES}))
def test_no_container_may_more_than_it_needs(name: str) -> None:
    one = containers()[name]

    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit"} <= one.keys() or name in {*OF_OTHERS, "loopback"}
    assert bool(one.get("cap_add")) == (name == "postgres")
    assert one.get("read_only", False) == (name not in {"kafka", "postgres"})


def test_no_password_is_written_down() -> None:
    script = (ROOT / "deploy/compose/make-secrets").read_text()
    [line] = re.findall(r"^for name in (.*); do", script, re.MULTILINE)

    assert {key: one["file"] for key, one in composed()["secrets"].items()} == {
        name: str(ROOT / "secrets" / name) for name in line.split()
    }
    for one in containers().values():
        told: Document = one.get("environment", {})
        assert [n for n in told if "PASSWORD" in n and not n.endswith("_FILE")] == []


def test_passwords_are_made_once_and_differ(tmp_path: Path) -> None:
    script = tmp_path / "deploy/compose/make-secrets"
    script.parent.mkdir(parents=True)
    script.write_text((ROOT / "deploy/compose/make-secrets").read_text())
    made: list[dict[str, str]] = []
    for _ in range(2):
        subprocess.run(["/bin/sh", str(script)], check=True, timeout=COMPOSE_S_MAX)
        made.append({one.name: one.read_text() for one in (tmp_path / "secrets").iterdir()})

    assert made[0] == made[1]
    assert set(made[0]) == set(composed()["secrets"])
    assert len(set(made[0].values())) == len(made[0])
    assert {len(one) for one in made[0].values()} == {32}


def test_a_database_is_made_for_every_service() -> None:
    script = (ROOT / "deploy/compose/databases.sh").read_text()
    [line] = re.findall(r"^for service in (.*); do", script, re.MULTILINE)

    assert set(line.split()) == set(SERVICES)


def test_what_is_mounted_is_there() -> None:
    binds = [
        volume["source"]
        for name, one in containers().items()
        for volume in one.get("volumes", ())
        if volume["type"] == "bind" and name != "osrm"  # whose map is brought
    ]

    assert [path for path in binds if not Path(path).exists()] == []


def test_prometheus_asks_every_service_where_it_listens() -> None:
    read = yaml.safe_load((ROOT / "deploy/observability/prometheus.yml").read_text())
    asked = {
        each["labels"]["service"]: target
        for job in read["scrape_configs"]
        for each in job["static_configs"]
        for target in each["targets"]
    }

    assert asked == {
        service: f"127.0.0.1:{containers()[service]['environment']['MAILLAGE_HTTP_PORT']}"
        for service in SERVICES
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_the_time_it_takes_to_stop(service: str) -> None:
    [minutes] = re.findall(r"^(\d+)m0s$", containers()[service]["stop_grace_period"])

    assert int(minutes) * 60 > STOP_TIMEOUT_S + GRACE_S


def _compose(told: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            f"{sysconfig.get_path('scripts')}/docker-compose",
            "--file",
            str(ROOT / "compose.yaml"),
            *arguments,
        ],
        env={"PATH": os.environ["PATH"], **told},
        capture_output=True,
        text=True,
        check=False,
        timeout=COMPOSE_S_MAX,
    )
