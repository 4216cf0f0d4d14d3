"""Many write through the doors of all five services, and keep what they were told."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from maillage_contracts.samples import JOURDIES
from maillage_hub.chaos.rig import Rig
from maillage_hub.testing_calls import (
    Calls,
    Document,
    a_declaration,
    a_firm,
    a_lead_of_a_workshop,
    a_profile,
    an_agreed_synergy,
    an_introduced_case,
    an_open_flow,
    an_order,
)

CLOSED_SHARE = CANCELLED_SHARE = ENDED_SHARE = 0.3
PATIENCE_S = 900.0
"""Who must have heard of something else first can be down for long when faults follow faults."""
PAUSE_S = (0.0, 0.1)
"""Between two stories of a writer."""


@dataclass(frozen=True)
class Owed:
    """An event must be followed by one about this subject, by somebody who heard of it."""

    cause: str
    subject: str
    reader: str


@dataclass
class Load:
    """What the writers were told."""

    acknowledged: list[Document] = field(default_factory=list[Document])
    """Every event that a door said is committed: id, type, subject, sequence."""
    owed: list[Owed] = field(default_factory=list[Owed])
    baselines: dict[str, str] = field(default_factory=dict[str, str])
    """A baseline publishes nothing: what it is called by its writer, and its identifier."""
    commands: int = 0
    is_over: bool = False

    def note(self, answer: Document) -> None:
        """Keep what a command did."""
        self.acknowledged += answer["events"]
        self.commands += 1


async def write(rig: Rig, load: Load, seed: int) -> None:
    """Write at all doors until the load is over; every command is answered then."""
    async with Calls(rig, load.note, PATIENCE_S) as calls, asyncio.TaskGroup() as writers:
        for number, story in enumerate(STORIES):
            chance = random.Random(f"{seed}/{number}")  # noqa: S311 no secret
            writers.create_task(_again_and_again(story, Writer(calls, load, chance)))


@dataclass(frozen=True)
class Writer:
    """Somebody who does the same thing again and again."""

    calls: Calls
    load: Load
    chance: random.Random

    async def profile(self) -> None:
        """A firm comes, changes, and perhaps closes: whatever others have heard of it."""
        place = f"/v1/actors/{await a_firm(self.calls, 'New')}"
        for number in range(self.chance.randint(1, 3)):
            said = a_profile(f"Renamed {number} times")
            await self.calls.send("registry", place, said, method="PUT")
        if self.chance.random() < CLOSED_SHARE:
            await self.calls.send("registry", f"{place}/close", closing())

    async def order(self) -> None:
        """Somebody asks for a transport between two places, and may think better of it."""
        on = datetime.now(UTC).date() + timedelta(days=self.chance.randint(2, 6))
        order_id = await an_order(self.calls, uuid4(), uuid4(), on=on)
        if self.chance.random() < CANCELLED_SHARE:
            place = f"/v1/orders/{order_id}/cancel"
            await self.calls.send("tours", place, {"reason": "goods_gone"}, role="dispatcher")

    async def firm(self) -> None:
        """A firm comes, changes, says what it has and what it drives, and perhaps closes."""
        calls = self.calls
        actor_id = await a_firm(calls, "New")
        place = f"/v1/actors/{actor_id}"
        flows: list[str] = []
        for direction in ("out", "in"):
            said = a_declaration(actor_id, direction)
            flows.append((await calls.send("flows", "/v1/flows", said, early=True))["id"])
            renamed = a_profile(f"Renamed {len(flows)} times")
            await calls.send("registry", place, renamed, method="PUT")
        quantity = {"value": str(self.chance.randint(1, 99)), "unit": "unit", "per": "P1M"}
        await calls.send("flows", f"/v1/flows/{flows[0]}", {"quantity": quantity}, method="PATCH")
        driven = await calls.send("flows", "/v1/rounds", a_round(actor_id), early=True)
        baseline = a_baseline(driven["id"])
        drafted = await calls.send("impact", "/v1/baselines", baseline, early=True)
        self.load.baselines[baseline["evidence"]] = drafted["id"]
        if self.chance.random() < CLOSED_SHARE:
            closed = await calls.send("registry", f"{place}/close", closing())
            cause = closed["events"][0]["id"]
            self.load.owed += [Owed(cause, flow_id, reader="flows") for flow_id in flows]

    async def deal(self) -> None:
        """Two firms agree on a synergy, ask for another transport, and perhaps end it."""
        calls = self.calls
        firms = [await a_firm(calls, name) for name in ("Has pallets", "Wants pallets")]
        flows = [
            await an_open_flow(calls, firm, direction)
            for firm, direction in zip(firms, ("out", "in"), strict=True)
        ]
        case = await an_introduced_case(calls, await a_lead_of_a_workshop(calls, *flows))
        today = datetime.now(UTC).date()
        first_on = today + timedelta(days=4)
        synergy = await an_agreed_synergy(calls, case, *firms, first_on=first_on)
        await an_order(calls, *firms, on=first_on)
        if self.chance.random() < ENDED_SHARE:
            ending = {"ended_on": today.isoformat(), "reason": "moved_away", "attribution": "no"}
            ended = await calls.send("matching", f"/v1/synergies/{synergy}/end", ending)
            cause = ended["events"][0]["id"]
            self.load.owed += [Owed(cause, str(flow_id), reader="flows") for flow_id in flows]


Story = Callable[[Writer], Coroutine[None, None, None]]
STORIES: tuple[Story, ...] = (
    *[Writer.profile] * 3,
    *[Writer.order] * 2,
    *[Writer.firm] * 4,
    *[Writer.deal] * 2,
)
"""One writer each. Some need nobody but one service, so that there is always one who can write."""


async def _again_and_again(story: Story, writer: Writer) -> None:
    while not writer.load.is_over:
        await story(writer)
        await asyncio.sleep(writer.chance.uniform(*PAUSE_S))


def closing() -> Document:
    """Why a firm closes, and when."""
    return {"reason": "ceased_activity", "effective_on": datetime.now(UTC).date().isoformat()}


def a_round(actor_id: UUID) -> Document:
    """What a firm drives already."""
    return {
        "actor_id": str(actor_id),
        "label": "Morning deliveries",
        "weekdays": [2, 4],
        "departs_at": "06:30",
        "vehicle_class": "van",
        "energy": "diesel",
        "stops": [{"label": "Market", "position": JOURDIES.model_dump()}],
        "distance_km": "42",
        "empty_km": "20",
        "carried_kg": "300",
    }


def a_baseline(round_id: str) -> Document:
    """What would be driven without the hub; no other is based on the same diary."""
    return {
        "scope": "rounds",
        "kind": "observed",
        "description": "It drives this round alone.",
        "evidence": f"Diary {uuid4()}",
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
        "round_ids": [round_id],
    }
