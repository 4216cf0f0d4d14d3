"""A service for the kernel's tests: it writes down each consent it hears, twice if it hears twice.

Nothing in it is idempotent, so whatever the kernel lets through twice is seen.
"""

import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter

from maillage_common.handlers import Handlers
from maillage_common.postgres import Connection
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received
from maillage_contracts.flows import FlowDeclared
from maillage_contracts.refusals import Refused
from maillage_contracts.registry import ConsentGiven, ConsentWithdrawn
from maillage_contracts.samples import a_flow, an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_serving.auth import Principal
from maillage_serving.commands import run
from maillage_serving.http import Body, Door, Guarded, Paged, carry_out, command, query
from maillage_serving.service import Service, Worker

MIGRATIONS = Path(__file__).parent / "tally_migrations"


class Store(Protocol):
    async def add(self, rows: Sequence[tuple[str, int]]) -> None: ...

    async def applied(self) -> list[tuple[str, int]]: ...


@dataclass
class MemoryTally:
    rows: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def __deepcopy__(self, _memo: object) -> "MemoryTally":
        return MemoryTally(list(self.rows))

    async def add(self, rows: Sequence[tuple[str, int]]) -> None:
        self.rows.extend(rows)

    async def applied(self) -> list[tuple[str, int]]:
        return list(self.rows)


class PostgresTally:
    def __init__(self, db: Connection) -> None:
        self._db = db

    async def add(self, rows: Sequence[tuple[str, int]]) -> None:
        await self._db.execute(
            """
            INSERT INTO applied (subject, sequence)
            SELECT * FROM unnest($1::text[], $2::bigint[])
            """,
            [subject for subject, _ in rows],
            [sequence for _, sequence in rows],
        )

    async def applied(self) -> list[tuple[str, int]]:
        rows = await self._db.fetch("SELECT subject, sequence FROM applied ORDER BY place")
        return [(row["subject"], row["sequence"]) for row in rows]


def given(name: str, purpose: str = "matching") -> ConsentGiven:
    """A consent of the actor of this name; its purpose tells the handler how to behave."""
    return ConsentGiven(actor_id=ActorId(an_id(name)), purpose=purpose)


def withdrawn(name: str) -> ConsentWithdrawn:
    return ConsentWithdrawn(actor_id=ActorId(an_id(name)), purpose="matching")


def declared(name: str) -> FlowDeclared:
    return FlowDeclared(flow=a_flow(flow_id=FlowId(an_id(name))))


async def hear_consent(
    message: Received[ConsentGiven], store: Store, now: datetime
) -> Iterable[Event]:
    await store.add([(message.envelope.subject, message.envelope.sequence)])
    match message.event.purpose:
        case "poison":
            raise ValueError("this consent cannot be understood")
        case "refused":
            raise Refused("not now")
        case "announce":
            return [declared(message.envelope.subject)]
        case _:
            return ()


async def hear_withdrawals(
    messages: Sequence[Received[ConsentWithdrawn]], store: Store, now: datetime
) -> None:
    await store.add([(m.envelope.subject, m.envelope.sequence) for m in messages])


def handlers() -> Handlers[Store]:
    return (
        Handlers[Store]()
        .each(ConsentGiven, run=hear_consent)
        .batch(ConsentWithdrawn, run=hear_withdrawals)
    )


class Declaration(Body):
    name: str
    times: int = 1


async def declare(command: Declaration, store: Store, now: datetime) -> Iterable[Event]:
    await store.add([(command.name, 0)])
    if command.name == "refused":
        raise Refused("this is refused")
    return [declared(command.name)] * command.times


def router(runner: Runner[Store]) -> APIRouter:
    routes = APIRouter(route_class=Guarded)

    @routes.post("/flows", status_code=201)
    async def post(
        body: Declaration, door: Annotated[Door, command("flows.flow.declare")]
    ) -> dict[str, Any]:
        return await carry_out(runner, declare, body, an_id(body.name), door=door)

    @routes.get("/flows")
    async def listed(
        who: Annotated[Principal, query("flows.flow.read")], page: Paged
    ) -> dict[str, Any]:
        after = page.after(1)
        rows = await runner.read(lambda store: store.applied())
        names = [name for name, _ in rows if after is None or name > after[0]]
        return page.of(sorted(names)[: page.limit + 1], key=lambda name: (name,))

    return routes


async def tick(command: datetime, store: Store, now: datetime) -> Iterable[Event]:
    await store.add([("tick", 1)])
    return ()


def service(make_store: Callable[[Connection], Store] = PostgresTally) -> Service[Store]:
    return Service(
        name="flows",
        migrations=MIGRATIONS,
        make_store=make_store,
        router=router,
        handlers=handlers,
        workers=(Worker("tick", every_s=0.05, use_case=tick, make_command=lambda now: now),),
    )


async def applied(runner: Runner[Store]) -> dict[UUID | str, list[int]]:
    """The sequence numbers applied, in order, of each actor."""
    found: dict[UUID | str, list[int]] = defaultdict(list)
    for subject, sequence in await runner.read(_all):
        found[subject].append(sequence)
    return dict(found)


def _all(store: Store) -> Awaitable[list[tuple[str, int]]]:
    return store.applied()


if __name__ == "__main__":
    sys.exit(run(service()))
