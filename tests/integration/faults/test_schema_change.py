"""Two releases at once: their events have other fields, their tables other columns, one group.

The older one is this checkout. The newer one is a copy of it whose documents have a field more,
with a migration for it: what the next release may be. Each reads what the other says.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer

import maillage_contracts
import maillage_matching
from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Record, decode
from maillage_contracts.registry import ACTORS
from maillage_hub.runtime.ports import Ports
from maillage_hub.runtime.process import Process, Program
from maillage_hub.testing_bus import a_producer, counted
from maillage_hub.testing_readers import Listener, a_listener, all_listeners
from maillage_serving.testing import deliver, eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

ACTORS_PER_WAVE = 30
WAVES = 5
WITHIN_S = 90.0
"""A group waits ten seconds for a member that was killed, and processes take some to start."""
SPEAK = """
import base64, json, sys
from maillage_contracts.envelope import encode
from maillage_contracts.registry import Actor
from maillage_contracts.samples import (
    an_actor, an_actor_profile_changed, an_actor_registered, an_envelope, an_id,
)
territory, count, first_of = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
more = {"founded_on": "1998-05-04"} if "founded_on" in Actor.model_fields else {}
for number in range(count):
    begins = number % 2 == first_of
    actor = an_actor(actor_id=an_id(f"firm {number}"), name=f"Name {1 if begins else 2}", **more)
    make = an_actor_registered if begins else an_actor_profile_changed
    event, sequence = make(actor=actor), 1 if begins else 2
    said = encode(an_envelope(
        event, id=an_id(f"{number}/{sequence}"), territory=territory, sequence=sequence,
    ), event)
    headers = [(name, value.decode()) for name, value in said.headers]
    print(json.dumps([number, sequence, said.key.decode(), said.value.decode(), headers]))
"""


@dataclass(frozen=True)
class Release:
    """A version of the packages; without a folder the one that is installed."""

    name: str
    folder: Path | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        path = {"PYTHONPATH": str(self.folder)} if self.folder else {}
        return {**os.environ, **path}

    def says(self, territory: str, first_of: int) -> dict[tuple[int, int], Record]:
        """What a producer of this release says, by number of the firm and of the event.

        Of each firm it says either the first or the second event, the other release the other.
        """
        count = str(ACTORS_PER_WAVE * WAVES)
        done = subprocess.run(
            [sys.executable, "-c", SPEAK, territory, count, str(first_of)],
            env=self.environment,
            capture_output=True,
            check=True,
        )
        said: dict[tuple[int, int], Record] = {}
        for line in done.stdout.splitlines():
            number, sequence, key, value, headers = json.loads(line)
            texts = tuple((name, text.encode()) for name, text in headers)
            said[number, sequence] = Record(key.encode(), value.encode(), texts)
        return said


def the_next_release(folder: Path) -> Release:
    """This checkout with an optional field more in each actor, and a column more for it."""
    for package in (maillage_contracts, maillage_matching):
        (source,) = package.__path__
        shutil.copytree(source, folder / Path(source).name)
    contract = folder / "maillage_contracts" / "registry.py"
    before = "    siret: Siret | None = Field(default=None, description="
    text = contract.read_text()
    assert text.count(before) == 1
    contract.write_text(text.replace(before, f"    founded_on: str | None = None\n{before}"))
    migration = folder / "maillage_matching" / "migrations" / "9999_pre_founded.sql"
    up, down = "ADD COLUMN founded_on text", "DROP COLUMN founded_on"
    migration.write_text(
        f"-- migrate:up\nALTER TABLE actor {up};\n\n-- migrate:down\nALTER TABLE actor {down};\n"
    )
    return Release("next", folder)


@dataclass
class Group:
    """The two members of the group of matching, each a process of some release."""

    listener: Listener
    folder: Path
    ports: Ports
    members: dict[int, tuple[Release, Process, int]] = field(
        default_factory=dict[int, tuple[Release, Process, int]]
    )
    heard: Counter[str] = field(default_factory=Counter[str])
    started: int = 0

    def start(self, place: int, release: Release) -> None:
        """Have a member of this release here."""
        self.started += 1
        port = self.ports.claim(f"member-{self.started}")
        self.members[place] = release, self._spawn(release, "serve", port), port

    async def migrate(self, release: Release) -> None:
        """Bring the database to the shape of this release, whoever works on it."""
        assert await self._spawn(release, "migrate", 0).ended() == 0

    async def end(self, place: int, *, kill: bool) -> None:
        """Kill -9, or let it leave the group, after it has told how much it heard."""
        await self.count(place)
        _, process, _ = self.members.pop(place)
        if kill:
            process.kill()
        else:
            await process.stop()

    async def all_ready(self) -> None:
        """Wait until each member has its share of the partitions."""
        for place in self.members:

            async def is_ready(place: int = place) -> bool:
                with suppress(httpx.TransportError):
                    async with self._door(place) as door:
                        return (await door.get("/readyz")).is_success
                return False

            await eventually(is_ready, deadline_s=WITHIN_S)

    async def count(self, place: int) -> float:
        """How many events this member has applied since it started."""
        release, _, _ = self.members[place]
        async with self._door(place) as door:
            applied = await counted(door, "maillage_events_consumed_total", outcome="applied")
        self.heard[release.name] += int(applied)
        return applied

    def _door(self, place: int) -> httpx.AsyncClient:
        _, _, port = self.members[place]
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}")

    def _spawn(self, release: Release, verb: str, port: int) -> Process:
        settings = self.listener.settings
        assert settings is not None
        told = {
            "MAILLAGE_TERRITORY": settings.territory,
            "MAILLAGE_DATABASE_URL": settings.database_url,
            "MAILLAGE_DATABASE_PASSWORD_FILE": str(settings.database_password_file),
            "MAILLAGE_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "MAILLAGE_AUTH_ISSUER": settings.auth_issuer,
            "MAILLAGE_AUTH_JWKS_FILE": str(settings.auth_jwks_file),
            "MAILLAGE_ROLES": "consumer",
            "MAILLAGE_HTTP_PORT": str(port),
        }
        return Process.spawn(
            Program(
                name=f"matching of {release.name}",
                command=[sys.executable, "-m", "maillage_matching", verb],
                log=self.folder / f"{release.name}-{verb}-{self.started}.log",
                environment={**release.environment, **told},
            )
        )


@asynccontextmanager
async def a_group(listener: Listener, folder: Path) -> AsyncGenerator[Group]:
    ports = Ports()
    group = Group(listener, folder, ports)
    try:
        yield group
    finally:
        for _, process, _ in group.members.values():
            process.kill()
        ports.close()


async def send(producer: AIOKafkaProducer, territory: str, records: Sequence[Record]) -> None:
    topic = ACTORS.facts(territory)
    for record in records:
        await producer.send(topic, record.value, record.key, headers=list(record.headers))
    await producer.flush()


async def all_heard(listener: Listener, count: int) -> None:
    async def has_all() -> bool:
        (row,) = await listener.rows("SELECT count(*) FROM inbox")
        assert row[0] == count
        return True

    await eventually(has_all, deadline_s=WITHIN_S)


async def test_old_and_new_work_side_by_side_and_back_again(
    postgres_dsn: str, kafka_bootstrap: str, territory: str, tmp_path: Path
) -> None:
    old, new = Release("old"), the_next_release(tmp_path / "next")
    said = {**old.says(territory, 0), **new.says(territory, 1)}
    assert len(said) == 2 * ACTORS_PER_WAVE * WAVES
    assert sum(b"founded_on" in record.value for record in said.values()) == len(said) / 2
    # Which places have which release, wave by wave: every change is made under load.
    plan = [(old, old), (new, old), (new, new), (new, old), (new, old)]
    async with (
        all_listeners(postgres_dsn, kafka_bootstrap, territory, tmp_path) as listeners,
        a_group(next(one for one in listeners if one.service == "matching"), tmp_path) as group,
        a_producer(kafka_bootstrap) as producer,
    ):
        for wave, releases in enumerate(plan):
            firms = range(wave * ACTORS_PER_WAVE, (wave + 1) * ACTORS_PER_WAVE)
            await send(producer, territory, [said[firm, 1] for firm in firms])
            if wave == 1:
                await group.migrate(new)
            for place, release in enumerate(releases):
                if place in group.members and group.members[place][0] is not release:
                    await group.end(place, kill=wave % 2 == 1)
                if place not in group.members:
                    group.start(place, release)
            await send(producer, territory, [said[firm, 2] for firm in firms])
            await all_heard(group.listener, 2 * len(firms) * (wave + 1))
            await group.all_ready()
        assert [await group.count(place) > 0 for place in (0, 1)] == [True, True]
        assert group.heard.keys() == {"old", "next"}
        assert await group.listener.letters() == Counter()
        assert await group.listener.projections() == await _once(postgres_dsn, territory, said)


async def _once(server: str, territory: str, said: Mapping[tuple[int, int], Record]) -> bytes:
    """What one reader of this release keeps of all this."""
    events = [decode(one.headers, one.value, EVENTS) for _, one in sorted(said.items())]
    async with a_listener("matching", server, territory) as alone:
        await deliver(alone.runner, alone.menu, *events)
        return await alone.projections()
