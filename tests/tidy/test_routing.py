"""Distances by road where they are run: the routing component of Kubernetes, and Compose."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate  # pyright: ignore[reportMissingTypeStubs] it has none
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPONENT = ROOT / "deploy/k8s/components/routing"
Document = Mapping[str, Any]  # YAML: anything


def documents(file: str) -> dict[tuple[str, str], Document]:
    every = yaml.safe_load_all((COMPONENT / file).read_text())
    return {(one["kind"], one["metadata"]["name"]): one for one in every}


def test_the_roads_are_a_restricted_pod_that_tours_alone_may_ask() -> None:
    roads = documents("roads.yaml") | documents("network.yaml")
    for document in roads.values():
        kubernetes_validate.validate(dict(document), "1.34", strict=True)
    served: Document = roads["StatefulSet", "roads"]["spec"]["template"]
    labels = served["metadata"]["labels"]
    [container] = served["spec"]["containers"]
    assert served["spec"]["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert roads["Service", "roads"]["spec"]["selector"].items() <= labels.items()
    assert container["volumeMounts"][0]["name"] == served["spec"]["volumes"][0]["name"]
    claim = served["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]
    assert ("PersistentVolumeClaim", claim) in roads
    inward, outward = roads["NetworkPolicy", "roads"], roads["NetworkPolicy", "to-roads"]
    [asking] = inward["spec"]["ingress"][0]["from"]
    assert asking["podSelector"] == outward["spec"]["podSelector"]
    assert inward["spec"]["podSelector"]["matchLabels"] == labels


def test_tours_is_told_where_they_are_in_both_its_containers() -> None:
    component: Document = yaml.safe_load((COMPONENT / "kustomization.yaml").read_text())
    [patch] = component["patches"]
    assert patch["target"] == {"kind": "Deployment", "name": "tours"}
    added = yaml.safe_load(patch["patch"])
    [port] = documents("roads.yaml")["Service", "roads"]["spec"]["ports"]
    told = {"name": "MAILLAGE_OSRM_URL", "value": f"http://roads:{port['port']}"}
    assert [one["value"] for one in added] == [told, told]
    assert [one["path"].split("/")[4] for one in added] == ["initContainers", "containers"]


def test_compose_asks_the_roads_only_when_told() -> None:
    compose: Document = yaml.safe_load((ROOT / "compose.yaml").read_text())
    told: Document = compose["services"]["tours"]["environment"]
    assert told["MAILLAGE_OSRM_URL"] == "${MAILLAGE_OSRM_URL:-}"
    assert compose["services"]["osrm"]["profiles"] == ["routing"]
