"""What goes to Kubernetes is whole, valid, restricted, and agrees with settings and catalogue."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import httpx
import kubernetes_validate  # pyright: ignore[reportMissingTypeStubs] it has none
import pytest
import yaml
from fastapi import APIRouter
from jsonschema import Draft202012Validator

import kubernetes_bus
from maillage_common.health import Health
from maillage_common.metrics import Metrics
from maillage_common.settings import PREFIX, Settings
from maillage_common.subscription import STOP_TIMEOUT_S
from maillage_contracts.catalogue import SERVICES, consumed_by, topic_specs
from maillage_impact.settings import ImpactSettings
from maillage_serving.application import create_app
from maillage_serving.process import GRACE_S
from maillage_tours.settings import ToursSettings

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "deploy/k8s"
OVERLAYS = ("jourdies", "marseille")
KUBERNETES = "1.34"
PROBES = ("startup", "liveness", "readiness")
CUSTOM = Path(__file__).with_name("custom_resources.yaml")
SETTINGS = {
    f"{PREFIX}{name.upper()}"
    for kind in (Settings, ImpactSettings, ToursSettings)
    for name in kind.model_fields
}
Document = Mapping[str, Any]  # YAML: anything
Rendered = Callable[[str], list[Document]]

each_overlay = pytest.mark.parametrize("name", OVERLAYS)


def test_every_file_is_part_of_something_and_every_part_is_there() -> None:
    named = {
        (home.parent / part).resolve()
        for home in FILES.rglob("kustomization.yaml")
        for part in _parts(yaml.safe_load(home.read_text()))
    }
    there = {path for path in FILES.rglob("*.yaml") if path.name != "kustomization.yaml"}

    assert sorted(str(path) for path in named if not path.exists()) == []
    assert {path for path in named if path.is_file()} == there
    assert {path.name for path in (FILES / "overlays").iterdir()} == set(OVERLAYS)


@each_overlay
def test_objects_of_kubernetes_fit_its_schemas(name: str, rendered: Rendered) -> None:
    for document in rendered(name):
        if _is_custom(document):
            continue
        kubernetes_validate.validate(dict(document), KUBERNETES, strict=True)


@each_overlay
def test_objects_of_operators_fit_their_schemas(name: str, rendered: Rendered) -> None:
    schemas: Mapping[str, Any] = yaml.safe_load(CUSTOM.read_text())
    for document in filter(_is_custom, rendered(name)):
        kind = f"{document['apiVersion']} {document['kind']}"
        validator: Any = Draft202012Validator(_closed(schemas[kind]))  # its stub is half typed
        faults = validator.iter_errors(document["spec"])

        assert [f"{kind} {list(one.path)}: {one.message}" for one in faults] == []


@each_overlay
def test_every_service_runs_its_own_code_with_settings_that_exist(
    name: str, rendered: Rendered
) -> None:
    deployments = _of(rendered(name), "Deployment")

    assert set(deployments) == set(SERVICES)
    for service, deployment in deployments.items():
        pod: Document = deployment["spec"]["template"]["spec"]
        [migrate], [serve] = pod["initContainers"], pod["containers"]
        assert migrate["args"] == [f"maillage_{service}", "migrate"]
        assert serve["args"] == [f"maillage_{service}", "serve"]
        assert migrate["env"] == serve["env"]
        assert migrate["image"] == serve["image"]
        assert f"/maillage-{service}:" in serve["image"]
        assert {one["name"] for one in serve["env"]} <= SETTINGS
        told = {one["name"]: one["value"] for one in serve["env"]}
        assert told["MAILLAGE_DATABASE_URL"].startswith(
            f"postgresql://{service}@database-rw:5432/{service}?sslmode=verify-full&"
        )


@each_overlay
def test_every_file_that_a_setting_names_is_mounted(name: str, rendered: Rendered) -> None:
    for pod in _pods(rendered(name)):
        volumes = {one["name"] for one in pod["volumes"]}
        used: set[str] = set()
        for container in _containers(pod):
            mounted = [one["mountPath"] for one in container["volumeMounts"]]
            told = " ".join(str(one.get("value")) for one in container["env"])
            named = re.findall(r"/run/secrets/[a-z-]+(?=/)", told)
            assert named
            assert set(named) <= set(mounted)
            used |= {one["name"] for one in container["volumeMounts"]}
        assert used == volumes


@each_overlay
def test_every_service_is_compared_with_its_own_database(name: str, rendered: Rendered) -> None:
    job: Document = _of(rendered(name), "CronJob")["reconciliation"]["spec"]
    pod: Document = job["jobTemplate"]["spec"]["template"]["spec"]
    secrets = {
        one["name"]: one["secret"]["secretName"] for one in pod["volumes"] if "secret" in one
    }

    assert [one["name"] for one in pod["containers"]] == list(SERVICES)
    for container in pod["containers"]:
        service = container["name"]
        *command, option, about = container["args"]
        told = {one["name"]: one["value"] for one in container["env"]}
        mounted = {secrets[one["name"]] for one in container["volumeMounts"]}
        assert command == ["maillage_hub", "outbox", "compare", "--json"]
        assert (option, about) == ("--service", service)
        assert "/maillage-hub:" in container["image"]
        assert set(told) <= SETTINGS
        assert f"//{service}@database-rw:5432/{service}?sslmode=verify-full&" in str(told)
        assert told["MAILLAGE_KAFKA_USERNAME"] == "reconciliation-kafka"
        assert mounted == {
            f"{service}-database",
            "reconciliation-kafka",
            "database-ca",
            "kafka-cluster-ca-cert",
        }


@each_overlay
def test_the_territory_is_that_of_a_pack(name: str, rendered: Rendered) -> None:
    [told] = [one["data"] for one in rendered(name) if "MAILLAGE_TERRITORY" in one.get("data", {})]
    pack = yaml.safe_load((ROOT / "territories" / name / "territory.yaml").read_text())

    assert set(told) <= SETTINGS
    assert told["MAILLAGE_TERRITORY"] == pack["territory"]
    assert told["MAILLAGE_TIME_ZONE"] == pack["time_zone"]


@each_overlay
def test_every_pod_is_restricted(name: str, rendered: Rendered) -> None:
    for pod in _pods(rendered(name)):
        assert not pod["automountServiceAccountToken"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        assert all({"name", "emptyDir"} >= one.keys() or "secret" in one for one in pod["volumes"])
        for container in _containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert not any("hostPort" in port for port in container.get("ports", ()))
    for namespace in _of(rendered(name), "Namespace").values():
        assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@each_overlay
def test_the_brokers_pods_are_restricted(name: str, rendered: Rendered) -> None:
    kafka: Document = _of(rendered(name), "Kafka")["kafka"]["spec"]
    templates = (kafka["kafka"]["template"], kafka["entityOperator"]["template"])
    for place, described in ((p, d) for template in templates for p, d in template.items()):
        context = described["securityContext"]
        assert context["runAsNonRoot"]
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        if place != "pod":
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert not context["allowPrivilegeEscalation"]


@each_overlay
async def test_probes_ask_what_services_answer(name: str, rendered: Rendered) -> None:
    app = create_app(
        APIRouter(),
        service="any",
        verifier=cast("Any", None),  # nobody shows a token here
        health=Health(),
        metrics=Metrics(territory=name, service="any"),
    )
    asked = {
        one["spec"]["podMetricsEndpoints"][0]["path"]
        for monitor, one in _of(rendered(name), "PodMonitor").items()
        if monitor == "services"
    }
    for deployment in _of(rendered(name), "Deployment").values():
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        asked |= {container[f"{kind}Probe"]["httpGet"]["path"] for kind in PROBES}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://a") as client:
        answers = {path: (await client.get(path)).status_code for path in asked}
    assert answers == {"/livez": 200, "/readyz": 200, "/metrics": 200}


@each_overlay
def test_a_pod_is_given_the_time_it_takes_to_stop(name: str, rendered: Rendered) -> None:
    for deployment in _of(rendered(name), "Deployment").values():
        pod: Document = deployment["spec"]["template"]["spec"]
        [container] = pod["containers"]
        waited_s: int = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > waited_s + STOP_TIMEOUT_S + GRACE_S


@each_overlay
def test_selectors_find_the_pods_they_mean(name: str, rendered: Rendered) -> None:
    documents = rendered(name)
    pods = {
        service: one["spec"]["template"]["metadata"]["labels"]
        for service, one in _of(documents, "Deployment").items()
    }
    for kind in ("Service", "Deployment", "PodDisruptionBudget"):
        for service, one in _of(documents, kind).items():
            selector = one["spec"]["selector"]
            wanted: Document = selector.get("matchLabels", selector)
            found = {pod for pod, labels in pods.items() if wanted.items() <= labels.items()}
            assert found == {service}
        assert set(_of(documents, kind)) == set(SERVICES)
    monitored = _of(documents, "PodMonitor")["services"]["spec"]["selector"]["matchLabels"]
    assert all(monitored.items() <= labels.items() for labels in pods.values())


@each_overlay
def test_the_bus_has_the_topics_of_the_catalogue(name: str, rendered: Rendered) -> None:
    brokers = _of(rendered(name), "KafkaNodePool")["node"]["spec"]["replicas"]
    described = {
        one["spec"]["topicName"]: one["spec"] for one in _of(rendered(name), "KafkaTopic").values()
    }
    wanted = {spec.name: spec for spec in topic_specs(name)}

    assert set(described) == set(wanted)
    for topic, spec in wanted.items():
        assert described[topic]["partitions"] == spec.partitions
        assert described[topic]["replicas"] == brokers
        assert {key: str(value) for key, value in described[topic]["config"].items()} == spec.config
    territory = next(
        one["data"]
        for one in rendered(name)
        if one["kind"] == "ConfigMap" and "MAILLAGE_TERRITORY" in one["data"]
    )
    assert territory["MAILLAGE_BUS_REPLICATION"] == str(brokers)


@each_overlay
def test_the_bus_has_an_account_for_each_service_with_its_permissions(
    name: str, rendered: Rendered
) -> None:
    users = _of(rendered(name), "KafkaUser")
    wanted = kubernetes_bus.accounts(name)

    assert set(users) == set(wanted)
    for account, permissions in wanted.items():
        acls = users[account]["spec"]["authorization"]["acls"]
        found = {
            kubernetes_bus.Permission(
                acl["resource"]["type"],
                acl["resource"]["name"],
                tuple(acl["operations"]),
                is_prefix=acl["resource"]["patternType"] == "prefix",
            )
            for acl in acls
        }
        assert found == set(permissions)
    for service, deployment in _of(rendered(name), "Deployment").items():
        text = json.dumps(deployment)
        assert f'"MAILLAGE_KAFKA_USERNAME", "value": "{service}-kafka"' in text
        assert f'"secretName": "{service}-kafka"' in text


@each_overlay
def test_every_service_has_a_database_and_a_role(name: str, rendered: Rendered) -> None:
    databases = _of(rendered(name), "Database")
    cluster: Document = _of(rendered(name), "Cluster")["database"]["spec"]
    roles = {one["name"]: one["passwordSecret"]["name"] for one in cluster["managed"]["roles"]}

    assert {key: one["spec"]["owner"] for key, one in databases.items()} == {s: s for s in SERVICES}
    assert roles == {service: f"{service}-database" for service in SERVICES}
    assert [one["parameters"]["barmanObjectName"] for one in cluster["plugins"]] == list(
        _of(rendered(name), "ObjectStore")
    )


def test_services_scale_by_what_they_are_behind(rendered: Rendered) -> None:
    documents = rendered("marseille")
    partitions = {spec.name: spec.partitions for spec in topic_specs("marseille")}
    scaled = _of(documents, "ScaledObject")

    assert set(scaled) == {service for service in SERVICES if consumed_by(service)}
    for service, one in scaled.items():
        triggers = [trigger["metadata"] for trigger in one["spec"]["triggers"]]
        topics = {trigger["topic"] for trigger in triggers}
        assert {trigger["consumerGroup"] for trigger in triggers} == {f"marseille.{service}"}
        assert topics == {topic.facts("marseille") for topic in consumed_by(service)}
        assert one["spec"]["maxReplicaCount"] <= max(partitions[topic] for topic in topics)
        assert "replicas" not in _of(documents, "Deployment")[service]["spec"]


def _parts(kustomization: Document) -> Iterator[str]:
    yield from kustomization.get("resources", ())
    yield from kustomization.get("components", ())
    yield from (one["path"] for one in kustomization.get("patches", ()) if "path" in one)


def _of(documents: list[Document], kind: str) -> dict[str, Document]:
    return {one["metadata"]["name"]: one for one in documents if one["kind"] == kind}


def _pods(documents: list[Document]) -> Iterator[Document]:
    """Those of services, and of what runs now and then."""
    for deployment in _of(documents, "Deployment").values():
        yield deployment["spec"]["template"]["spec"]
    for job in _of(documents, "CronJob").values():
        yield job["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def _containers(pod: Document) -> Iterator[Document]:
    yield from (*pod.get("initContainers", ()), *pod["containers"])


def _is_custom(document: Document) -> bool:
    group = document["apiVersion"].rpartition("/")[0]
    return "." in group and not group.endswith(".k8s.io")


def _closed(schema: Any) -> Any:  # noqa: ANN401 a JSON Schema
    """The same, refusing fields that it does not name."""
    if isinstance(schema, list):
        return [_closed(one) for one in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(one) for key, one in cast("dict[str, Any]", schema).items()}
    is_object = isinstance(inner.get("properties"), dict) and "type" not in inner
    return {"additionalProperties": False, "type": "object", **inner} if is_object else inner
