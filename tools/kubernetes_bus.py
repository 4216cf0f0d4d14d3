"""The bus on Kubernetes, from the catalogue: topics, accounts with what each may do, scaling.

Names carry `territory` where a territory's name will stand: each overlay puts its own there, so one
set of files serves all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from maillage_contracts.catalogue import (
    DEAD_LETTER_SUFFIX,
    SERVICES,
    TOPICS,
    TopicSpec,
    consumed_by,
    topic_specs,
)

FOLDER = "deploy/k8s/components"
PLACEHOLDER = "territory"
CLUSTER = {"strimzi.io/cluster": "kafka"}
BOOTSTRAP = "kafka-kafka-bootstrap:9093"
REPLICAS = 3
SCALER = "scaler"
"""Whoever measures how far groups are behind: it may see topics and groups, and read nothing."""
RECONCILER = "reconciliation"
"""Whoever holds event logs against the bus: it may read all facts, and write nothing."""

BYTES_PER_S_MAX = 20 * 2**20
"""Some 30,000 events of the size of ours: who wants more is slowed down before others feel it."""
LAG_EVENTS = 500
"""Events behind, per replica: a batch. KEDA's own 10 would start a replica for every import."""
REPLICAS_MIN = 2
REPLICAS_MAX = 3
SETTLED_S = 600
"""Each change of replicas moves partitions from one to another: not too often."""

HEADER = "# Written by tools/generate.py from the catalogue of events.\n"
Document = Mapping[str, Any]  # YAML: anything


@dataclass(frozen=True)
class Permission:
    """What an account may do with one topic or group, or with all whose name begins so."""

    kind: Literal["topic", "group"]
    name: str
    operations: tuple[str, ...]
    is_prefix: bool = False


def accounts(territory: str) -> dict[str, tuple[Permission, ...]]:
    """Every account of a territory's bus with all that it may do; the rest is refused."""
    seen = tuple(
        Permission(kind, f"{territory}.", ("Describe",), is_prefix=True)
        for kind in ("topic", "group")
    )
    return {
        **{account_of(service): tuple(_permissions(service, territory)) for service in SERVICES},
        account_of(SCALER): seen,
        account_of(RECONCILER): tuple(
            Permission("topic", topic.facts(territory), ("Read", "Describe")) for topic in TOPICS
        ),
    }


def account_of(name: str) -> str:
    """The account on the bus of a service; the secret with its password is called the same."""
    return f"{name}-kafka"


def _permissions(service: str, territory: str) -> Iterator[Permission]:
    # Configurations are read to see that the bus keeps what the catalogue promises.
    looks = ("Describe", "DescribeConfigs")
    yield Permission("topic", f"{territory}.{service}.", ("Write", *looks), is_prefix=True)
    consumed = [topic.facts(territory) for topic in consumed_by(service)]
    for name in consumed:
        yield Permission("topic", name, ("Read", *looks))
    for name in consumed:
        yield Permission("topic", f"{name}{DEAD_LETTER_SUFFIX}", ("Write", *looks))
    if consumed:
        yield Permission("group", f"{territory}.{service}", ("Read",))


def pages() -> dict[str, str]:
    """The generated files by their path."""
    specs = topic_specs(PLACEHOLDER)
    scaled = (service for service in SERVICES if consumed_by(service))
    return {
        f"{FOLDER}/bus/topics.yaml": _file(_topic(spec) for spec in specs),
        f"{FOLDER}/bus/users.yaml": _file(_user(*each) for each in accounts(PLACEHOLDER).items()),
        f"{FOLDER}/scaling/services.yaml": _file(_scaled(service) for service in scaled),
    }


def _topic(spec: TopicSpec) -> Document:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {"name": spec.name.removeprefix(f"{PLACEHOLDER}."), "labels": CLUSTER},
        "spec": {
            "topicName": spec.name,
            "partitions": spec.partitions,
            "replicas": REPLICAS,
            "config": {
                option: int(value) if value.isdecimal() else value
                for option, value in spec.config.items()
            },
        },
    }


def _user(name: str, permissions: Iterable[Permission]) -> Document:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaUser",
        "metadata": {"name": name, "labels": CLUSTER},
        "spec": {
            "authentication": {"type": "scram-sha-512"},
            "authorization": {"type": "simple", "acls": [_acl(one) for one in permissions]},
            "quotas": {
                "producerByteRate": BYTES_PER_S_MAX,
                "consumerByteRate": BYTES_PER_S_MAX,
            },
        },
    }


def _acl(permission: Permission) -> Document:
    return {
        "resource": {
            "type": permission.kind,
            "name": permission.name,
            "patternType": "prefix" if permission.is_prefix else "literal",
        },
        "operations": list(permission.operations),
        "host": "*",
    }


def _scaled(service: str) -> Document:
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": service},
        "spec": {
            "scaleTargetRef": {"name": service},
            "minReplicaCount": REPLICAS_MIN,
            "maxReplicaCount": REPLICAS_MAX,
            "advanced": {
                "horizontalPodAutoscalerConfig": {
                    "behavior": {"scaleDown": {"stabilizationWindowSeconds": SETTLED_S}}
                }
            },
            "triggers": [
                _trigger(service, topic.facts(PLACEHOLDER)) for topic in consumed_by(service)
            ],
        },
    }


def _trigger(service: str, topic: str) -> Document:
    return {
        "type": "kafka",
        "metadata": {
            "bootstrapServers": BOOTSTRAP,
            "sasl": "scram_sha512",
            "tls": "enable",
            "consumerGroup": f"{PLACEHOLDER}.{service}",
            "topic": topic,
            "lagThreshold": str(LAG_EVENTS),
            "offsetResetPolicy": "earliest",
            "limitToPartitionsWithLag": "true",
            "excludePersistentLag": "true",  # one bad event must not start replicas for ever
        },
        "authenticationRef": {"name": "bus"},
    }


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 a list said twice is two lists
        return True


def _file(documents: Iterable[Document]) -> str:
    return HEADER + yaml.dump_all(
        documents, Dumper=_Plain, sort_keys=False, default_flow_style=None, width=100
    )
