"""Between pods only the named connections are open: the policies are asked as a cluster would."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from maillage_contracts.catalogue import SERVICES

Document = Mapping[str, Any]  # YAML: anything
Rendered = Callable[[str], list[Document]]

TERRITORY = "maillage-marseille"


@dataclass(frozen=True)
class Pod:
    """A pod as policies see it: labels of its own, those of its namespace, names of its ports."""

    name: str
    labels: Mapping[str, str]
    space: str = TERRITORY
    space_labels: Mapping[str, str] | None = None
    ports: Mapping[str, int] | None = None
    address: str = "10.1.0.7"

    def namespace(self) -> Mapping[str, str]:
        """Labels of its namespace."""
        return {"kubernetes.io/metadata.name": self.space, **(self.space_labels or {})}


def service(name: str, space: str = TERRITORY) -> Pod:
    """A pod of one of our services."""
    labels = {"app.kubernetes.io/part-of": "maillage", "app.kubernetes.io/name": name}
    return Pod(name, labels, space, ports={"http": 8080})


FLOWS, TOURS = service("flows"), service("tours")
ELSEWHERE = service("flows", "maillage-jourdies")
BROKER = Pod(
    "broker",
    {"strimzi.io/cluster": "kafka", "strimzi.io/name": "kafka-kafka"},
    ports={"tcp-prometheus": 9404},
)
DATABASE = Pod("database", {"cnpg.io/cluster": "database"}, ports={"metrics": 9187})
COMPARING = Pod("comparing", {"app.kubernetes.io/name": "reconciliation"}, ports={"http": 8080})
STRANGER = Pod("stranger", {}, "default")
INTRUDER = Pod("intruder", {})
GATEWAY = Pod("gateway", {}, "gateway", {"maillage.org/reaches": "services"})
PROMETHEUS = Pod("prometheus", {}, "monitoring", {"maillage.org/reaches": "metrics"})
NAMES = Pod("names", {"k8s-app": "kube-dns"}, "kube-system")
KEDA = Pod("keda", {}, "keda")
STRIMZI = Pod("strimzi", {}, "strimzi")
CNPG = Pod("cnpg", {}, "cnpg-system")
WORLD = Pod("world", {}, "", address="203.0.113.9")
DASHBOARD = Pod("dashboard", {}, "kube-system")

OPEN = [
    *((service(name), DATABASE, 5432) for name in SERVICES),
    *((service(name), BROKER, 9093) for name in SERVICES),
    *((pod, NAMES, 53) for pod in (FLOWS, BROKER, DATABASE, COMPARING)),
    (COMPARING, DATABASE, 5432),
    (COMPARING, BROKER, 9093),
    (GATEWAY, FLOWS, 8080),
    (PROMETHEUS, FLOWS, 8080),
    (PROMETHEUS, BROKER, 9404),
    (PROMETHEUS, DATABASE, 9187),
    (KEDA, BROKER, 9093),
    (BROKER, BROKER, 9091),
    (STRIMZI, BROKER, 9091),
    (DATABASE, DATABASE, 5432),
    (CNPG, DATABASE, 8000),
    (FLOWS, WORLD, 443),
    (DATABASE, WORLD, 443),
]
CLOSED = [
    (FLOWS, TOURS, 8080),  # services meet on the bus
    (TOURS, FLOWS, 443),
    (ELSEWHERE, FLOWS, 8080),
    (ELSEWHERE, BROKER, 9093),
    (ELSEWHERE, DATABASE, 5432),
    (STRANGER, FLOWS, 8080),
    (STRANGER, BROKER, 9093),
    (STRANGER, BROKER, 9091),
    (STRANGER, DATABASE, 5432),
    (COMPARING, FLOWS, 8080),
    (COMPARING, WORLD, 443),
    (COMPARING, DATABASE, 8000),
    (FLOWS, COMPARING, 8080),
    (GATEWAY, COMPARING, 8080),
    (INTRUDER, FLOWS, 8080),
    (INTRUDER, BROKER, 9093),
    (INTRUDER, DATABASE, 5432),
    (INTRUDER, WORLD, 443),
    (GATEWAY, DATABASE, 5432),
    (GATEWAY, BROKER, 9093),
    (PROMETHEUS, DATABASE, 5432),
    (PROMETHEUS, BROKER, 9093),
    (KEDA, DATABASE, 5432),
    (FLOWS, BROKER, 9091),
    (FLOWS, DATABASE, 8000),
    (FLOWS, WORLD, 80),
    (FLOWS, DASHBOARD, 443),
    (BROKER, DATABASE, 5432),
    (DATABASE, BROKER, 9093),
]


def _id(value: object) -> str:
    return value.name if isinstance(value, Pod) else str(value)


@pytest.mark.parametrize(("source", "target", "port"), OPEN, ids=_id)
def test_who_needs_another_reaches_it(
    source: Pod, target: Pod, port: int, rendered: Rendered
) -> None:
    assert _passes(_policies(rendered("marseille")), source, target, port)


@pytest.mark.parametrize(("source", "target", "port"), CLOSED, ids=_id)
def test_nobody_else_does(source: Pod, target: Pod, port: int, rendered: Rendered) -> None:
    """Each end refuses, as far as it is ours: one mistaken policy opens nothing."""
    policies = _policies(rendered("marseille"))
    ends = [("egress", source, target), ("ingress", target, source)]
    ours = [end for end in ends if end[1].space == TERRITORY]

    assert ours
    assert [end[0] for end in ours if _allowed(policies, *end, port)] == []


def _policies(documents: list[Document]) -> list[Document]:
    """The specifications of all policies, with the one that Strimzi makes of a listener's peers."""
    [kafka] = [one["spec"]["kafka"] for one in documents if one["kind"] == "Kafka"]
    made = {
        "podSelector": {"matchLabels": {"strimzi.io/name": "kafka-kafka"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {"from": one.get("networkPolicyPeers", []), "ports": [{"port": one["port"]}]}
            for one in kafka["listeners"]
        ],
    }
    return [made, *(one["spec"] for one in documents if one["kind"] == "NetworkPolicy")]


def _passes(policies: list[Document], source: Pod, target: Pod, port: int) -> bool:
    """Whether the source may leave for the target, and the target lets it in."""
    return _allowed(policies, "egress", source, target, port) and _allowed(
        policies, "ingress", target, source, port
    )


def _allowed(policies: list[Document], way: str, own: Pod, other: Pod, port: int) -> bool:
    if own.space != TERRITORY:
        return True  # not ours to say
    bound = [
        one
        for one in policies
        if way.capitalize() in one["policyTypes"] and _selects(one["podSelector"], own.labels)
    ]
    listening = own if way == "ingress" else other
    return not bound or any(
        _concerns(rule, listening, port) and _names(rule, way, other)
        for one in bound
        for rule in one.get(way, ())
    )


def _concerns(rule: Document, listening: Pod, port: int) -> bool:
    named = listening.ports or {}
    wanted = [one["port"] for one in rule.get("ports", ())]
    return not wanted or port in {named.get(one) if isinstance(one, str) else one for one in wanted}


def _names(rule: Document, way: str, other: Pod) -> bool:
    peers: list[Document] = rule.get("from" if way == "ingress" else "to", [])
    return not peers or any(all(_each(peer, other)) for peer in peers)


def _each(peer: Document, other: Pod) -> Iterator[bool]:
    if "ipBlock" in peer:
        block: Document = peer["ipBlock"]
        address = ip_address(other.address)
        yield address in ip_network(block["cidr"])
        yield not any(address in ip_network(one) for one in block.get("except", ()))
    elif "namespaceSelector" in peer:
        yield _selects(peer["namespaceSelector"], other.namespace())
    else:
        yield other.space == TERRITORY
    if "podSelector" in peer:
        yield _selects(peer["podSelector"], other.labels)


def _selects(selector: Document, labels: Mapping[str, str]) -> bool:
    wanted: Mapping[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()
