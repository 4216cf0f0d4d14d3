"""A bus as in production, for tests: encrypted, accounts with passwords, nothing allowed to anyone.

One real broker. Its own connections, and those of whoever administers it, are on listeners apart,
with certificates on both sides, as Strimzi does it.
"""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from maillage_common.settings import Settings
from maillage_hub.runtime import places
from maillage_hub.runtime.jars import fetch_jars, jars_below
from maillage_hub.runtime.kafka import Broker, Node
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.process import Process, start

OWNER = "broker"
"""The name on the broker's certificate: the one account that may do everything."""
ANSWER_S = 10.0
PROBE_S = 2.0
ITERATIONS = 4096  # the least that SCRAM allows


@dataclass(frozen=True, kw_only=True)
class SecuredBroker(Broker):
    """One broker that lets in who has an account, and then only to what it may."""

    inner_port: int

    async def prepare(self) -> None:
        """Make the certificates, then all that any broker needs."""
        if not self.ca_file.exists():
            authority = trustme.CA()
            authority.cert_pem.write_to_path(self.ca_file)
            issued = authority.issue_cert(LOOPBACK, common_name=OWNER)
            # Java reads keys in this form only.
            key = load_pem_private_key(issued.private_key_pem.bytes(), password=None)
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self._key_file.write_bytes(pem)
            chain = b"".join(one.bytes() for one in issued.cert_chain_pems)
            self._store_file.write_bytes(pem + chain)
        await super().prepare()

    async def is_ready(self) -> bool:
        """Whether it answers its owner."""
        return await asyncio.to_thread(self._answers)

    @property
    def ca_file(self) -> Path:
        """Who signed its certificate."""
        return self.folder / "ca.pem"

    @property
    def settings(self) -> Mapping[str, object]:
        """All its settings."""
        listeners = {
            "BUS": self.node.address,
            "INNER": f"{LOOPBACK}:{self.inner_port}",
            "CONTROLLER": f"{LOOPBACK}:{self.node.controller_port}",
        }
        places_of = [f"{name}://{address}" for name, address in listeners.items()]
        module = "org.apache.kafka.common.security.scram.ScramLoginModule"
        return {
            **super().settings,
            "listeners": ",".join(places_of),
            "advertised.listeners": ",".join(places_of[:2]),
            "listener.security.protocol.map": "BUS:SASL_SSL,INNER:SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "INNER",
            "listener.name.bus.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.bus.scram-sha-512.sasl.jaas.config": f"{module} required;",
            "listener.name.inner.ssl.client.auth": "required",
            "listener.name.controller.ssl.client.auth": "required",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self._store_file,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.ca_file,
            "ssl.principal.mapping.rules": "RULE:^.*CN=([a-z]+).*$/$1/",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{OWNER}",
        }

    def owner(self) -> AdminClient:
        """A client that may do everything."""
        return AdminClient(
            {
                "bootstrap.servers": f"{LOOPBACK}:{self.inner_port}",
                "security.protocol": "SSL",
                "ssl.ca.location": str(self.ca_file),
                "ssl.certificate.location": str(self._store_file),
                "ssl.key.location": str(self._key_file),
                "reconnect.backoff.max.ms": 200,
                "log_level": 0,
            }
        )

    def open_accounts(self, names: Iterable[str]) -> None:
        """Give each of these accounts a password, kept in a file of its name."""
        wanted: list[UserScramCredentialUpsertion] = []
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        for name in names:
            password = secrets.token_urlsafe(24)
            self.password_of(name).write_text(password)
            wanted.append(UserScramCredentialUpsertion(name, info, password.encode()))
        owner = self.owner()  # what it was asked is dropped with it
        for future in owner.alter_user_scram_credentials(list(wanted)).values():
            future.result(ANSWER_S)

    def password_of(self, account: str) -> Path:
        """The file with the password of an account."""
        return self.folder / f"{account}.password"

    def told(self, account: str, territory: str) -> dict[str, str]:
        """What a service with this account is told of the bus, as its settings are called."""
        return {
            "territory": territory,
            "kafka_bootstrap": self.node.address,
            "kafka_security": "scram",
            "kafka_username": account,
            "kafka_password_file": str(self.password_of(account)),
            "kafka_ca_file": str(self.ca_file),
        }

    def settings_of(self, account: str, territory: str, **changes: str) -> Settings:
        """The settings of somebody with this account who only speaks to the bus."""
        nowhere = {
            "database_url": f"postgresql://nobody@{LOOPBACK}:1/none",
            "auth_issuer": "urn:nobody",
            "auth_jwks_file": str(self.ca_file),
        }
        return Settings.model_validate({**nowhere, **self.told(account, territory), **changes})

    @property
    def _key_file(self) -> Path:
        return self.folder / "broker.key"

    @property
    def _store_file(self) -> Path:
        return self.folder / "broker.pem"

    def _answers(self) -> bool:
        try:
            self.owner().list_topics(timeout=PROBE_S)
        except KafkaException:
            return False
        return True


@contextmanager
def secured_bus() -> Generator[SecuredBroker]:
    """A secured broker that runs; it has no account yet."""
    cache = places.cache()
    asyncio.run(fetch_jars(cache, print))
    folder = Path(tempfile.mkdtemp(prefix="maillage-test-"))
    ports = Ports()
    node = Node(1, ports.claim("bus"), ports.claim("controller"))
    broker = SecuredBroker(
        node=node,
        bus=(node,),
        folder=folder,
        jars=jars_below(cache),
        log=folder / "kafka.log",
        inner_port=ports.claim("inner"),
    )

    async def begin() -> Process:
        await broker.prepare()
        return await start(broker)

    try:
        process = asyncio.run(begin())
        try:
            yield broker
        finally:
            asyncio.run(process.stop())
    finally:
        ports.close()
        shutil.rmtree(folder)
