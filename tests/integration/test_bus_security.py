"""On a bus that asks who is there, a service may do what the catalogue says, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import trustme
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)
from confluent_kafka import KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
)

import kubernetes_bus
from maillage_common.kafka import administration, reach
from maillage_common.topics import look, misconfigured, misshapen, specs_of
from maillage_contracts.catalogue import CATALOGUE, SERVICES, consumed_by, topic_specs
from maillage_hub.testing_bus import counted
from maillage_hub.testing_calls import a_profile
from maillage_hub.testing_secured import ANSWER_S, SecuredBroker, secured_bus
from maillage_hub.testing_secured_hub import SecuredHub, secured_hub
from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration

OURS, THEIRS = "jourdies", "marseille"
OPERATIONS = {
    "Read": AclOperation.READ,
    "Write": AclOperation.WRITE,
    "Describe": AclOperation.DESCRIBE,
    "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
}
SEES = {AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS}
DENIED = "AUTHORIZATION_FAILED"
ACTORS = f"{OURS}.registry.actor.v1"
REGISTERED = "org.maillage.actor.registered.v1"
CONSUMED, PUBLISHED = "maillage_events_consumed_total", "maillage_events_published_total"
PARTITIONS = {spec.name: spec.partitions for spec in topic_specs(OURS)}
TOPICS = list(PARTITIONS)

each_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def bus() -> Iterator[SecuredBroker]:
    """A broker with our topics, and the accounts of two territories with their permissions."""
    with secured_bus() as broker:
        ours = kubernetes_bus.accounts(OURS)
        theirs = {_foreign(name): may for name, may in kubernetes_bus.accounts(THEIRS).items()}
        broker.open_accounts({**ours, **theirs})
        owner = broker.owner()
        new = [NewTopic(s.name, s.partitions, 1, config=dict(s.config)) for s in topic_specs(OURS)]
        acls = [acl for each in (ours, theirs) for acl in _acls(each)]
        for future in (*owner.create_topics(new).values(), *owner.create_acls(acls).values()):
            future.result(ANSWER_S)
        # The controller has them; the broker that answers hears of it a moment later.
        asyncio.run(eventually(lambda: len(_known(owner)) == len(acls)))
        yield broker


@pytest_asyncio.fixture
async def hub(
    bus: SecuredBroker, postgres_dsn: str, open_folder: Path
) -> AsyncIterator[SecuredHub]:
    """The five services, on that bus."""
    async with secured_hub(bus, OURS, postgres_dsn, open_folder) as running:
        yield running


@each_service
def test_an_account_may_do_with_topics_what_the_catalogue_says(
    bus: SecuredBroker, service: str
) -> None:
    allowed = _allowed(bus, f"{service}-kafka")

    assert allowed == {topic: _wanted(service, topic) for topic in TOPICS}


@each_service
def test_an_account_may_do_nothing_with_the_cluster(bus: SecuredBroker, service: str) -> None:
    admin = _client(bus, f"{service}-kafka")
    cluster = admin.describe_cluster(include_authorized_operations=True).result(ANSWER_S)
    more = NewTopic(f"{OURS}.{service}.more.v1", 1, 1)

    assert not cluster.authorized_operations
    for future in (
        *admin.create_topics([more]).values(),
        *admin.delete_topics([TOPICS[0]]).values(),
        *admin.create_acls([_acl("flows-kafka", "topic", OURS, "Read", is_prefix=True)]).values(),
    ):
        with pytest.raises(KafkaException, match=DENIED):
            future.result(ANSWER_S)


@each_service
async def test_a_service_finds_the_bus_as_it_must_be(bus: SecuredBroker, service: str) -> None:
    specs = specs_of(service, consumed_by(service), OURS)
    async with administration(bus.settings_of(f"{service}-kafka", OURS)) as admin:
        seen = await look(admin)
        complaints = [*misshapen(seen, specs), *await misconfigured(admin, specs)]

    assert complaints == []


@each_service
async def test_a_service_publishes_its_own_facts_and_nobody_elses(
    bus: SecuredBroker, service: str
) -> None:
    facts = {entry.event.TOPIC.facts(OURS): entry.producer for entry in CATALOGUE}
    async with _producer(bus, f"{service}-kafka") as producer:
        for topic, owner in facts.items():
            if owner == service:
                await producer.send_and_wait(topic, b"{}", partition=0)
                continue
            with pytest.raises(TopicAuthorizationFailedError):
                await producer.send_and_wait(topic, b"{}", partition=0)


@each_service
async def test_a_service_reads_what_it_consumes_in_its_own_group(
    bus: SecuredBroker, service: str
) -> None:
    topics = [topic.facts(OURS) for topic in consumed_by(service)]
    for topic in topics:
        await _write(bus, topic)
        assert await _read(bus, f"{service}-kafka", topic, group=f"{OURS}.{service}")
    other = "flows" if service != "flows" else "tours"
    for topic in topics[:1]:
        with pytest.raises(GroupAuthorizationFailedError):
            await _read(bus, f"{service}-kafka", topic, group=f"{OURS}.{other}")
    unread = next(topic for topic in TOPICS if topic not in topics)
    with pytest.raises(TopicAuthorizationFailedError):
        await _read(bus, f"{service}-kafka", unread, group=None)


@each_service
async def test_the_account_of_another_territory_gets_nothing(
    bus: SecuredBroker, service: str
) -> None:
    account = _foreign(f"{service}-kafka")

    assert _allowed(bus, account) == {topic: set[AclOperation]() for topic in TOPICS}
    async with _producer(bus, account) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(f"{OURS}.{service}.any.v1", b"{}")
    async with administration(bus.settings_of(account, THEIRS)) as admin:
        assert not (await look(admin)).partitions  # not even names


async def test_who_measures_how_far_groups_are_reads_nothing(bus: SecuredBroker) -> None:
    account = kubernetes_bus.account_of(kubernetes_bus.SCALER)

    assert _allowed(bus, account) == {topic: {AclOperation.DESCRIBE} for topic in TOPICS}
    with pytest.raises(TopicAuthorizationFailedError):
        await _read(bus, account, TOPICS[0], group=None)


async def test_who_compares_logs_with_the_bus_reads_facts_and_writes_nothing(
    bus: SecuredBroker,
) -> None:
    account = kubernetes_bus.account_of(kubernetes_bus.RECONCILER)
    facts = {entry.event.TOPIC.facts(OURS) for entry in CATALOGUE}
    reads = {AclOperation.READ, AclOperation.DESCRIBE}

    assert _allowed(bus, account) == {t: reads if t in facts else set() for t in TOPICS}
    await _write(bus, ACTORS)
    assert await _read(bus, account, ACTORS, group=None)
    with pytest.raises(GroupAuthorizationFailedError):
        await _read(bus, account, ACTORS, group=f"{OURS}.flows")
    async with _producer(bus, account) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(ACTORS, b"{}", partition=0)


@pytest.fixture
def stranger(tmp_path: Path) -> dict[str, str]:
    """Files that belong to somebody else: a password, the certificate of an authority."""
    (tmp_path / "password").write_text("not that of flows")
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    return {"password": str(tmp_path / "password"), "ca": str(tmp_path / "ca.pem")}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kafka_password_file": "{password}"}, "SaslAuthenticationFailed"),
        ({"kafka_username": "nobody"}, "SaslAuthenticationFailed"),
        ({"kafka_security": "plaintext"}, "closed"),
        ({"kafka_security": "tls"}, "closed"),
        ({"kafka_ca_file": "{ca}"}, "CERTIFICATE_VERIFY_FAILED"),
    ],
    ids=["wrong password", "unknown account", "plaintext", "no account", "another authority"],
)
async def test_nobody_comes_in_another_way(
    bus: SecuredBroker,
    stranger: dict[str, str],
    changes: dict[str, str],
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    changed = {name: value.format(**stranger) for name, value in changes.items()}
    async with administration(bus.settings_of("flows-kafka", OURS)) as admin:
        assert (await look(admin)).partitions
    with pytest.raises(KafkaConnectionError):
        async with administration(bus.settings_of("flows-kafka", OURS, **changed)):
            pass

    assert said in caplog.text


@pytest.mark.timeout(300)  # five processes start
async def test_the_five_services_work_with_what_they_may(
    bus: SecuredBroker, hub: SecuredHub
) -> None:
    headers = {"Authorization": f"Bearer {hub.token}", "Idempotency-Key": "secured"}
    async with httpx.AsyncClient(base_url=hub.services["registry"], headers=headers) as registry:
        (await registry.post("/v1/actors", json=a_profile("Atelier"))).raise_for_status()
    async with _producer(bus, "registry-kafka") as producer:
        await producer.send_and_wait(ACTORS, b"no event", partition=0)

    for service in SERVICES[1:]:
        async with httpx.AsyncClient(base_url=hub.services[service]) as client:
            await eventually(partial(counted, client, CONSUMED, type=REGISTERED))
            await eventually(partial(counted, client, PUBLISHED, type="dead_letter"))
    assert _count(bus.owner(), f"{OURS}.registry.actor.state.v1") == 1


def _wanted(service: str, topic: str) -> set[AclOperation]:
    """Said once more, not by the functions under test: names as they are on the bus."""
    read = {e.event.TOPIC.facts(OURS) for e in CATALOGUE if service in e.consumers}
    if topic.startswith(f"{OURS}.{service}."):
        return {AclOperation.WRITE, *SEES}
    if topic in read:
        return {AclOperation.READ, *SEES}
    if topic.removesuffix(".dlt") in read:
        return {AclOperation.WRITE, *SEES}
    return set()


def _allowed(bus: SecuredBroker, account: str) -> dict[str, set[AclOperation]]:
    """What the broker itself says that an account may do with each of our topics."""
    client = _client(bus, account)
    found: dict[str, set[AclOperation]] = {}
    asked = client.describe_topics(TopicCollection(TOPICS), include_authorized_operations=True)
    for topic, future in asked.items():
        try:
            found[topic] = set(future.result(ANSWER_S).authorized_operations)
        except KafkaException as error:
            if DENIED not in str(error):
                raise
            found[topic] = set()
    return found


def _client(bus: SecuredBroker, account: str) -> AdminClient:
    return AdminClient(
        {
            "bootstrap.servers": bus.node.address,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": account,
            "sasl.password": bus.password_of(account).read_text(),
            "ssl.ca.location": str(bus.ca_file),
            "log_level": 0,
        }
    )


def _producer(bus: SecuredBroker, account: str) -> AIOKafkaProducer:
    return AIOKafkaProducer(**reach(bus.settings_of(account, OURS)), acks="all")


async def _write(bus: SecuredBroker, topic: str) -> None:
    async with _producer(bus, f"{topic.split('.')[1]}-kafka") as producer:
        await producer.send_and_wait(topic, b"{}", partition=0)


async def _read(bus: SecuredBroker, account: str, topic: str, *, group: str | None) -> bytes | None:
    """The first record that this account gets of a topic."""
    settings = bus.settings_of(account, OURS)
    consumer = AIOKafkaConsumer(
        topic, **reach(settings), group_id=group, auto_offset_reset="earliest"
    )
    try:
        await consumer.start()
        async with asyncio.timeout(ANSWER_S):
            return (await consumer.getone()).value
    finally:
        await consumer.stop()


def _foreign(account: str) -> str:
    return f"{THEIRS}-{account}"


def _acls(accounts: Mapping[str, tuple[kubernetes_bus.Permission, ...]]) -> Iterator[AclBinding]:
    for account, permissions in accounts.items():
        for one in permissions:
            for operation in one.operations:
                yield _acl(account, one.kind, one.name, operation, is_prefix=one.is_prefix)


def _count(owner: AdminClient, topic: str) -> int:
    """How many records a topic has, or had."""
    asked = {TopicPartition(topic, n): OffsetSpec.latest() for n in range(PARTITIONS[topic])}
    return sum(one.result(ANSWER_S).offset for one in owner.list_offsets(asked).values())


def _known(owner: AdminClient) -> Collection[AclBinding]:
    everything = AclBindingFilter(
        ResourceType.ANY,
        None,
        ResourcePatternType.ANY,
        None,
        None,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    return owner.describe_acls(everything).result(ANSWER_S)


def _acl(account: str, kind: str, name: str, operation: str, *, is_prefix: bool) -> AclBinding:
    return AclBinding(
        ResourceType.TOPIC if kind == "topic" else ResourceType.GROUP,
        name,
        ResourcePatternType.PREFIXED if is_prefix else ResourcePatternType.LITERAL,
        f"User:{account}",
        "*",
        OPERATIONS[operation],
        AclPermissionType.ALLOW,
    )
