"""A PostgreSQL and a Kafka in containers, for a run of tests where a Docker engine answers."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

from docker.errors import DockerException
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from maillage_hub.runtime.kafka import brokers_seen_by, common_settings
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.postgres import answers_queries

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "apache/kafka:4.3.0"
READY_WITHIN_S = 60.0
ASKED_EVERY_S = 0.1


def engine_answers() -> bool:
    """Whether a Docker engine can be reached."""
    try:
        return DockerClient().client.ping()  # pyright: ignore[reportUnknownMemberType] untyped
    except DockerException:
        return False


@contextmanager
def postgres_container() -> Generator[str]:
    """Run PostgreSQL, its data in memory; yields the DSN of its superuser."""
    container = (
        DockerContainer(POSTGRES_IMAGE)
        .with_env("POSTGRES_PASSWORD", "postgres")
        .with_env("PGDATA", "/data")
        .with_tmpfs_mount("/data")
        .with_exposed_ports(5432)
        # Its data is gone with the container: nothing need survive a crash.
        .with_command("-c fsync=off -c full_page_writes=off -c max_connections=200")
    )
    with container:
        address = f"{container.get_container_host_ip()}:{container.get_exposed_port(5432)}"
        dsn = f"postgresql://postgres:postgres@{address}/postgres"
        _wait(lambda: answers_queries(dsn))
        yield dsn


@contextmanager
def kafka_container() -> Generator[str]:
    """Run one Kafka broker; yields its address, on a port chosen before so it can announce it."""
    ports = Ports()
    port = ports.claim("kafka")
    settings: dict[str, object] = {
        "node.id": 1,
        "process.roles": "broker,controller",
        "controller.quorum.voters": "1@localhost:9093",
        "listeners": "BUS://:9092,CONTROLLER://:9093",
        "advertised.listeners": f"BUS://{LOOPBACK}:{port}",
        "listener.security.protocol.map": "BUS:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BUS",
        "controller.listener.names": "CONTROLLER",
        **common_settings(brokers=1),
    }
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, port)
    for name, value in settings.items():
        container.with_env(f"KAFKA_{name.upper().replace('.', '_')}", str(value))
    try:
        with container:
            _wait(lambda: brokers_seen_by(f"{LOOPBACK}:{port}"))
            yield f"{LOOPBACK}:{port}"
    finally:
        ports.close()


def _wait(check: Callable[[], Awaitable[object]]) -> None:
    async def until_true() -> None:
        async with asyncio.timeout(READY_WITHIN_S):
            while not await check():  # noqa: ASYNC110 nothing tells us but asking
                await asyncio.sleep(ASKED_EVERY_S)

    asyncio.run(until_true())
