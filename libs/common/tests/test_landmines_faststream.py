"""What FastStream 0.7.8 does to whoever uses it as its examples do, defect by defect (F1 to F8)."""

import asyncio
import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version

import pytest
from tally import MemoryTally, Store, applied, given, hear_consent, service
from wired import Wired, all_acknowledged, all_applied, detour, running

from maillage_common import subscription
from maillage_common.handlers import Handlers
from maillage_common.ledger import Delivered
from maillage_common.transaction import BatchOutcome, Runner
from maillage_contracts.envelope import Event, Received, Record
from maillage_contracts.registry import ConsentGiven
from maillage_serving.testing import client, eventually, memory_runner

pytestmark = pytest.mark.integration


def lingering(began: asyncio.Event, go_on: asyncio.Event) -> Handlers[Store]:
    """A menu whose use case tells that it began, and waits to be let go on."""

    async def linger(
        message: Received[ConsentGiven], store: Store, now: datetime
    ) -> Iterable[Event]:
        began.set()
        await go_on.wait()
        return await hear_consent(message, store, now)

    return Handlers[Store]().each(ConsentGiven, run=linger)


async def test_f1_a_poison_event_does_not_come_again_and_again(wired: Wired) -> None:
    """NACK_ON_ERROR seeks back to the failed record at once, for ever: 1,600 times a second."""
    heard: list[int] = []

    async def count(
        message: Received[ConsentGiven], store: Store, now: datetime
    ) -> Iterable[Event]:
        heard.append(message.envelope.sequence)
        return await hear_consent(message, store, now)

    await wired.send(
        *(wired.record(given(f"a{n}", "poison" if n == 3 else "x"), 1) for n in range(8))
    )
    async with wired.consuming(Handlers[Store]().each(ConsentGiven, run=count)):
        await all_acknowledged(wired, 8)
        await wired.send(wired.record(given("later")))
        await all_acknowledged(wired, 9)
    assert await wired.letters() == {"ValueError": 1}
    assert len(await applied(wired.runner)) == 8
    assert len(heard) < 40


async def test_f2_one_undecodable_record_does_not_take_the_batch_with_it(wired: Wired) -> None:
    good = [wired.record(given(f"a{n}")) for n in range(3)]
    broken = dataclasses.replace(wired.record(given("broken")), value=b'{"actor_id": ')
    await wired.send(good[0], broken, *good[1:])
    async with wired.consuming():
        await all_acknowledged(wired, 4)
    assert len(await applied(wired.runner)) == 3
    assert await wired.letters() == {"data": 1}


async def test_f3_headers_that_are_no_text_are_put_aside_alone(wired: Wired) -> None:
    """FastStream's own parser decodes headers outside every policy: a bad one loses the batch."""
    good = [wired.record(given(f"a{n}")) for n in range(3)]
    odd = wired.record(given("odd"))
    no_text = dataclasses.replace(odd, headers=(*odd.headers[:-1], ("ce_source", b"\xff\xfe")))
    null = Record(odd.key, odd.value, tuple((name, None) for name, _ in odd.headers))  # type: ignore[arg-type] as strangers may
    harmless = wired.record(given("harmless"))
    harmless = dataclasses.replace(harmless, headers=(*harmless.headers, ("x-trace", b"\xff")))
    await wired.send(good[0], no_text, good[1], null, harmless, good[2])
    async with wired.consuming():
        await all_acknowledged(wired, 6)
    assert len(await applied(wired.runner)) == 4
    assert await wired.letters() == {"header": 1, "content-type": 1}


async def test_f4_a_stop_waits_for_the_batch_in_hand(wired: Wired) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()
    await wired.send(*(wired.record(given(f"a{n}")) for n in range(5)))
    part = asyncio.create_task(wired.subscription(lingering(began, go_on)).run())
    await began.wait()
    assert await wired.committed() == 0
    part.cancel()
    assert not (await asyncio.wait({part}, timeout=0.3))[0]
    go_on.set()
    await asyncio.wait({part})
    assert await wired.committed() == len(await applied(wired.runner)) > 0
    async with wired.consuming():
        await all_acknowledged(wired, 5)
    assert set(map(len, (await applied(wired.runner)).values())) == {1}


async def test_f4_a_batch_that_does_not_end_in_time_comes_again(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACK_FIRST, FastStream's default, has acknowledged what was in hand when the process ends."""
    monkeypatch.setattr(subscription, "GRACE_S", 0.3)
    began = asyncio.Event()
    await wired.send(*(wired.record(given(f"a{n}")) for n in range(5)))
    async with wired.consuming(lingering(began, asyncio.Event())):
        await began.wait()
    assert await wired.committed() == 0
    async with wired.consuming():
        await all_acknowledged(wired, 5)
    assert list((await applied(wired.runner)).values()) == [[1]] * 5


async def test_f5_nobody_can_publish_through_a_documentation_page() -> None:
    """`asyncapi_path` opens `POST .../try`, which publishes to the real broker without a token."""
    store: Store = MemoryTally()
    async with client(service(), memory_runner(store, service="flows")) as http:
        for page in ("/asyncapi", "/docs", "/docs/asyncapi", "/redoc"):
            publish = {"channelName": "x", "message": {}, "options": {"sendToRealBroker": True}}
            assert (await http.get(page)).status_code == 404
            assert (await http.post(f"{page}/try", json=publish)).status_code == 404
        assert set((await http.get("/openapi.json")).json()["paths"]) == {"/flows"}


async def test_f6_messages_come_by_whole_batches(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message injected one by one costs 100 microseconds an event, and a commit each 3 ms."""
    sizes: list[int] = []
    honest = Runner[Store].execute_batch

    async def measured(
        self: Runner[Store], consumer: str, batch: Sequence[Delivered], menu: Handlers[Store]
    ) -> BatchOutcome:
        sizes.append(len(batch))
        return await honest(self, consumer, batch, menu)

    monkeypatch.setattr(Runner, "execute_batch", measured)
    await wired.send(*(wired.record(given(f"a{n}")) for n in range(200)))
    async with wired.consuming():
        await all_acknowledged(wired, 200)
    assert sum(sizes) == 200
    assert len(sizes) <= 5


async def test_f7_a_process_waits_for_a_bus_that_is_away(
    wired: Wired, unused_tcp_port: int
) -> None:
    """FastStream's start raises at once when no broker answers."""
    elsewhere = f"127.0.0.1:{unused_tcp_port}"
    real = wired.settings.kafka_bootstrap
    wired.settings = wired.settings.model_copy(update={"kafka_bootstrap": elsewhere})
    wired.__post_init__()
    async with running(wired.guard.watch(wired.health)), wired.consuming() as consuming:
        await eventually(lambda: "cannot be asked" in str(wired.health.parts.get("bus")))
        assert not wired.health.is_ready
        assert not consuming.done()
        async with detour(unused_tcp_port, real):
            await eventually(lambda: wired.health.is_ready)


async def test_f8_a_rebalance_in_the_middle_of_a_batch_blocks_nobody(wired: Wired) -> None:
    """Commits fail on a rebalance; who swallows that or waits for it stands still for ever."""
    began, go_on = asyncio.Event(), asyncio.Event()
    await wired.send(*(wired.record(given(f"a{n}")) for n in range(20)))
    async with wired.consuming(lingering(began, go_on)) as first:
        await began.wait()
        async with wired.consuming() as second:
            go_on.set()
            await all_applied(wired, 20)
            await wired.send(*(wired.record(given(f"b{n}")) for n in range(20)))
            await all_acknowledged(wired, 40)
            assert not first.done()
            assert not second.done()
    assert set(map(len, (await applied(wired.runner)).values())) == {1}


def test_f8_the_release_with_the_fixes_is_asked_for() -> None:
    release = tuple(int(part) for part in version("faststream").split(".")[:3])
    assert (0, 7, 8) <= release < (0, 8)
