"""A seed is a plan, the command refuses nonsense, and a network is troubled as its words say."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from itertools import islice, pairwise
from pathlib import Path

import pytest

from maillage_hub.chaos.__main__ import main
from maillage_hub.chaos.faults import CUTS, KILLS, PAUSES
from maillage_hub.chaos.links import Link
from maillage_hub.chaos.plan import Blow, each_once, endless, so_many
from maillage_hub.runtime.ports import LOOPBACK
from maillage_serving.testing import eventually

GIVE_UP_S = 10.0


def of(seed: int, count: int = 200) -> list[Blow]:
    return list(islice(endless(seed, KILLS, PAUSES + CUTS), count))


def test_a_seed_is_a_plan() -> None:
    assert of(7) == of(7)
    assert of(7) != of(8)


def test_everybody_dies_as_often_as_anybody_else() -> None:
    times = Counter(blow.fault for blow in so_many(7, KILLS, 4 * len(KILLS)))
    assert times == dict.fromkeys(KILLS, 4)


def test_nobody_dies_twice_in_a_row() -> None:
    plan = [blow.fault for blow in so_many(7, KILLS, 500)]
    assert all(first != second for first, second in pairwise(plan))


def test_other_faults_come_among_the_kills() -> None:
    faults = {blow.fault for blow in of(7)}
    assert faults == {*KILLS, *PAUSES, *CUTS}


def test_every_fault_once() -> None:
    plan = each_once(7, CUTS, 1.0)
    assert Counter(blow.fault for blow in plan) == dict.fromkeys(CUTS, 1)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--duration=soon"], "DURATION='soon'"),
        (["--duration=5"], "DURATION='5': a whole number from 10"),
        (["--duration=-60"], "DURATION='-60'"),
        (["--duration=1.5"], "DURATION='1.5'"),
        (["--seed=lucky"], "SEED='lucky'"),
        (["--seed=99999999999"], "SEED='99999999999'"),
        (["--json=no/such/folder/verdict.json"], "a file in a folder that exists"),
        (["--loudly"], "unrecognized arguments: --loudly"),
    ],
)
def test_nonsense_is_refused(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(words)
    assert refused.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_folder_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([f"--json={tmp_path}"])
    assert "a file in a folder" in capsys.readouterr().err


class Echo:
    """A server that sends back what it receives, behind a link."""

    def __init__(self) -> None:
        self.received = b""
        self._answers: set[asyncio.Task[None]] = set()

    def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._answers.add(asyncio.create_task(self._echo(reader, writer)))

    async def _echo(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1000):
                self.received += data
                writer.write(data)
        await closed(writer)

    @asynccontextmanager
    async def linked(self) -> AsyncGenerator[tuple[Link, int]]:
        server = await asyncio.start_server(self.answer, LOOPBACK, 0)
        link = Link(server.sockets[0].getsockname()[1])
        port = await link.open(0)
        try:
            yield link, port
        finally:
            await link.close()
            server.close()
            await asyncio.gather(*self._answers)


@asynccontextmanager
async def a_client(port: int) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        yield reader, writer
    finally:
        await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    """Close it at once, and see it closed."""
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_link_passes_on_what_it_is_given() -> None:
    async with Echo().linked() as (_, port), a_client(port) as (reader, writer):
        writer.write(b"there and back")
        async with asyncio.timeout(GIVE_UP_S):
            assert await reader.readexactly(14) == b"there and back"


async def test_in_a_one_way_cut_the_server_hears_and_its_answer_comes_late() -> None:
    echo = Echo()
    async with echo.linked() as (link, port), a_client(port) as (reader, writer):
        with link.troubled("nothing returns"):
            writer.write(b"heard")
            await eventually(lambda: echo.received == b"heard")
            answer = asyncio.create_task(reader.readexactly(5))
            assert not answer.done()
        async with asyncio.timeout(GIVE_UP_S):
            assert await answer == b"heard"


@pytest.mark.parametrize("trouble", ["nothing arrives", "black hole"])
async def test_in_a_cut_the_server_hears_nothing_before_it_is_over(trouble: str) -> None:
    echo = Echo()
    async with echo.linked() as (link, port), a_client(port) as (reader, writer):
        writer.write(b"before,")
        assert await reader.readexactly(7) == b"before,"
        with link.troubled(trouble):  # type: ignore[arg-type] one of the words
            writer.write(b"after")
            await writer.drain()
            assert echo.received == b"before,"
        async with asyncio.timeout(GIVE_UP_S):
            assert await reader.readexactly(5) == b"after"


async def test_a_refusal_resets_what_is_open_and_what_comes() -> None:
    async with Echo().linked() as (link, port), a_client(port) as (reader, writer):
        writer.write(b"open")
        await reader.readexactly(4)
        with link.troubled("refused"):
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(1)
            async with a_client(port) as (refused, _):
                with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                    await refused.readexactly(1)


async def test_a_slow_link_passes_everything_on() -> None:
    async with Echo().linked() as (link, port), a_client(port) as (reader, writer):
        with link.troubled("slow"):
            writer.write(bytes(9_000))
            async with asyncio.timeout(GIVE_UP_S):
                assert await reader.readexactly(9_000) == bytes(9_000)
