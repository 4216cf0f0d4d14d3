"""Compose and Kubernetes files agree with the services and their settings."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from maillage_common.settings import PREFIX, Settings
from maillage_contracts.catalogue import SERVICES

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
RENDER_S_MAX = 60
Document = Mapping[str, Any]  # YAML: anything


@cache
def compose() -> Document:
    """The compose file."""
    return cast("Document", yaml.safe_load((ROOT / "compose.yaml").read_text()))


def test_compose_runs_every_service_with_settings_that_exist() -> None:
    for service in SERVICES:
        described: Document = compose()["services"][service]
        names = {name for name in described["environment"] if name.startswith(PREFIX)}

        assert described["command"] == [f"maillage_{service}", "serve"]
        assert names <= SETTINGS
        assert f"{service}@" in described["environment"]["MAILLAGE_DATABASE_URL"]
        assert described["secrets"] == [service]


def test_compose_publishes_each_service_on_the_hosts_loopback_only() -> None:
    published: list[str] = compose()["services"]["loopback"]["ports"]
    ports = {compose()["services"][s]["environment"]["MAILLAGE_HTTP_PORT"] for s in SERVICES}

    assert [one for one in published if not one.startswith("127.0.0.1:")] == []
    assert {one.rpartition(":")[2] for one in published} == ports
    assert all("ports" not in one for name, one in _containers() if name != "loopback")


def test_compose_holds_no_secret() -> None:
    assert all("file" in one for one in compose()["secrets"].values())
    for _, container in _containers():
        environment: Document = container.get("environment", {})
        assert [
            name for name in environment if "PASSWORD" in name and not name.endswith("_FILE")
        ] == []


def test_every_compose_secret_is_written_by_the_script() -> None:
    [line] = re.findall(
        r"^for name in (.*); do", _text("deploy/compose/make-secrets"), re.MULTILINE
    )

    assert set(line.split()) == set(compose()["secrets"])


def test_a_database_is_made_for_every_service() -> None:
    [line] = re.findall(
        r"^for service in (.*); do", _text("deploy/compose/databases.sh"), re.MULTILINE
    )

    assert set(line.split()) == set(SERVICES)


def test_the_image_holds_every_distribution() -> None:
    homes = {one.parent.relative_to(ROOT).as_posix() for one in ROOT.glob("*/*/pyproject.toml")}

    assert set(re.findall(r"--editable (\S+)", _text("deploy/images/Dockerfile"))) == homes


def test_kubernetes_runs_every_service_with_settings_that_exist() -> None:
    deployments = {
        one["metadata"]["name"]: one for one in _rendered() if one["kind"] == "Deployment"
    }

    assert set(deployments) == set(SERVICES)
    for service, deployment in deployments.items():
        pod: Document = deployment["spec"]["template"]["spec"]
        for container in (*pod["initContainers"], *pod["containers"]):
            assert container["args"][0] == f"maillage_{service}"
            assert {one["name"] for one in container["env"]} <= SETTINGS
            assert container["securityContext"]["readOnlyRootFilesystem"]
        secrets = {one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one}
        assert {f"{service}-database", f"{service}-kafka"} <= secrets


def test_the_territorys_settings_exist() -> None:
    [territory] = [one for one in _rendered() if one["kind"] == "ConfigMap"]

    assert set(territory["data"]) <= SETTINGS


@cache
def _rendered() -> list[Document]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not on this machine: the overlay cannot be rendered")
    done = subprocess.run(
        [kubectl, "kustomize", str(ROOT / "deploy/k8s/overlays/example")],
        capture_output=True,
        text=True,
        check=True,
        timeout=RENDER_S_MAX,
    )
    return list(yaml.safe_load_all(done.stdout))


def _containers() -> Iterator[tuple[str, Document]]:
    yield from compose()["services"].items()


def _text(path: str) -> str:
    return (ROOT / path).read_text()
