"""From the request that opens a flow to the lead on the bus, on a hub where nothing else happens.

HTTP, commit, relay, bus, matching's copy, the engine, its commit and its relay: all processes and
servers as `maillage up` runs them. One firm offers pallets; one after another others ask for some.
"""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import uvloop
from aiokafka import AIOKafkaConsumer

import hubs
from kernel import running
from maillage_hub.testing_calls import Calls, a_declaration, a_firm, an_open_flow
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually
from record import Asked, Figure

SAMPLES = 18
IDLE_S = 3.5
"""Longer than the engine remembers that something came."""
ROOMY = {"weekly_leads": 50, "advisors": 100, "open_cases_max": 100}


@asynccontextmanager
async def leads_heard(hub: WholeHub) -> AsyncGenerator[dict[str, float]]:
    """When a lead with each flow was first heard of on the bus, as it goes on."""
    heard: dict[str, float] = {}
    async with AIOKafkaConsumer(
        f"{hub.territory}.matching.lead.v1", bootstrap_servers=hub.kafka, fetch_max_wait_ms=10
    ) as consumer:
        await eventually(consumer.assignment)

        async def listen() -> None:
            async for record in consumer:
                now = time.perf_counter()
                told: dict[str, Any] = json.loads(record.value or b"{}")
                for flow_id in told.get("lead", {}).get("flow_ids", ()):
                    heard.setdefault(flow_id, now)

        async with running(listen()):
            yield heard


async def _sample(calls: Calls, firm: UUID, heard: dict[str, float]) -> float:
    body = {**a_declaration(firm, "in"), "status": "open"}
    began = time.perf_counter()
    flow_id: str = (await calls.send("flows", "/v1/flows", body))["id"]
    await eventually(lambda: flow_id in heard, every_s=0.005)
    return (heard[flow_id] - began) * 1000


async def _measure() -> Iterable[Figure]:
    async with hubs.whole_hub() as hub, Calls(hub) as calls, leads_heard(hub) as heard:
        await calls.send("matching", "/v1/engine", ROOMY, method="PUT", role="operator")
        donor = await a_firm(calls, "Donor")
        takers = [await a_firm(calls, f"Taker {number}") for number in range(SAMPLES + 1)]
        await an_open_flow(calls, donor, "out")
        await _known(calls, takers[-1])
        delays_ms: list[float] = []
        for taker in takers:
            await asyncio.sleep(IDLE_S)
            delays_ms.append(await _sample(calls, taker, heard))
        broker = await hubs.broker_of(hub)
    cuts = statistics.quantiles(delays_ms[1:], n=100, method="inclusive")
    median = Figure(
        name="flow opened to lead surfaced, p50", value=cuts[49], unit="ms", broker=broker
    )
    tail = Figure(
        name="flow opened to lead surfaced, p95",
        value=cuts[94],
        unit="ms",
        must="value <= 500",
        goal="value <= 150",
        broker=broker,
    )
    return median, tail


async def _known(calls: Calls, firm: UUID) -> None:
    """Wait until flows has heard of the last firm: a declared flow, of no use to matching."""
    body = {**a_declaration(firm, "out"), "status": "declared"}
    await calls.send("flows", "/v1/flows", body, early=True)


def measure(_: Asked) -> Iterable[Figure]:
    """Measure how soon a lead is there."""
    return uvloop.run(_measure())
