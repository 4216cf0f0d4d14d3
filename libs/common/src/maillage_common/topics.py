"""Topics are made from the catalogue, and a bus that does not look like it is not spoken to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code
from aiokafka.protocol import types as kafka
from aiokafka.protocol.api import RequestStruct

from maillage_contracts.catalogue import DEAD_LETTER_SUFFIX, TopicSpec, topic_specs
from maillage_contracts.envelope import Topic

RUNBOOK = "docs/operating/bus.md"


class BusRefused(Exception):
    """The bus is not as it must be; each complaint says what to do about it."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__(f"{'; '.join(complaints)} (see {RUNBOOK})")


@dataclass(frozen=True)
class Bus:
    """What a cluster says of itself."""

    cluster_id: str
    partitions: Mapping[str, int]
    topic_ids: Mapping[str, str]
    """Each topic has had its own since it was made: it goes with the data."""


def _row(*fields: object) -> kafka.Schema:
    return kafka.Schema(*((str(number), field) for number, field in enumerate(fields)))


_TEXT, _INT, _END = kafka.CompactString("utf-8"), kafka.Int32, kafka.TaggedFields
_BROKERS = kafka.CompactArray(_row(_INT, _TEXT, _INT, _TEXT, _END))
_NODES = kafka.CompactArray(_INT)
_PARTITIONS = kafka.CompactArray(_row(kafka.Int16, _INT, _INT, _INT, _NODES, _NODES, _NODES, _END))
_ID = _row(kafka.Int64, kafka.Int64)
_TOPICS = kafka.CompactArray(_row(kafka.Int16, _TEXT, _ID, kafka.Boolean, _PARTITIONS, _INT, _END))


class _Everything(RequestStruct):
    """Kafka's Metadata, version 10: all topics, none is made. Older ones tell no identifiers."""

    API_KEY, API_VERSION, FLEXIBLE_VERSION = 3, 10, True
    SCHEMA = _row(*[kafka.Int8] * 5)
    RESPONSE_TYPE = _row(_INT, _BROKERS, _TEXT, _INT, _TOPICS, _INT, _END)

    def prepare(self, _versions: object) -> Self:
        return self


def specs_of(service: str, consumed: Iterable[Topic], territory: str) -> list[TopicSpec]:
    """The topics that a service writes or reads."""
    read = {topic.facts(territory) for topic in consumed}
    touched = read | {f"{name}{DEAD_LETTER_SUFFIX}" for name in read}
    own = f"{territory}.{service}."
    return [s for s in topic_specs(territory) if s.name in touched or s.name.startswith(own)]


async def look(admin: AIOKafkaAdminClient) -> Bus:
    """Ask for the identity of the cluster and all its topics.

    Never for one topic by its name: where brokers create topics on demand, asking makes it.
    """
    asked = _Everything(*[0] * 5)
    _, _, cluster_id, _, topics, *_ = await admin._send_request(asked)  # noqa: SLF001 the only way
    topics = [topic for topic in topics if not topic[0]]  # a fault of one: it is not there yet
    partitions = {name: len(found) for _, name, _, _, found, *_ in topics}
    topic_ids = {name: "{:x}.{:x}".format(*topic_id) for _, name, topic_id, *_ in topics}
    return Bus(cluster_id, partitions, topic_ids)


def misshapen(bus: Bus, specs: Iterable[TopicSpec]) -> list[str]:
    """What is wrong with topics: missing, or with another number of partitions."""
    complaints: list[str] = []
    for spec in specs:
        found = bus.partitions.get(spec.name)
        if found is None:
            complaints.append(f"{spec.name} is missing: run `maillage topics create`")
        elif found != spec.partitions:
            complaints.append(f"{spec.name} has {found} partitions instead of {spec.partitions}")
    return complaints


async def misconfigured(admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> list[str]:
    """What is wrong with the configuration of topics that exist."""
    wanted = {spec.name: spec.config for spec in specs}
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(config))
        for name, config in wanted.items()
    ]
    complaints: list[str] = []
    for response in await admin.describe_configs(resources):
        for _code, _message, _kind, name, entries in response.resources:
            found = {entry[0]: entry[1] for entry in entries}
            complaints += [
                f"{name} has {option}={found.get(option)} instead of {value}"
                for option, value in wanted[name].items()
                if not _suffices(option, found.get(option), value)
            ]
    return complaints


def _suffices(option: str, found: str | None, wanted: str) -> bool:
    """Whether an option is as wanted; whoever runs the bus may keep records longer, or for ever."""
    if found is not None and option.endswith(".ms"):
        return int(found) < 0 or int(found) >= int(wanted)
    return found == wanted


async def create_topics(
    admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec], replication: int
) -> list[str]:
    """Make the topics that are missing; return their names. Existing ones are left as they are."""
    wanted = [
        NewTopic(spec.name, spec.partitions, replication, topic_configs=dict(spec.config))
        for spec in specs
    ]
    answer: dict[str, Any] = (await admin.create_topics(wanted)).to_object()
    created: list[str] = []
    for result in answer["topic_errors"]:
        error = for_code(result["error_code"])
        if not result["error_code"]:
            created.append(result["topic"])
        elif error is not TopicAlreadyExistsError:
            raise error(f"{result['topic']}: {result.get('error_message')}")
    return created
