"""A year told again: 500,000 events on the bus, rebuilt into the empty projections of matching.

25,000 flows with twenty events each. The service runs as it does in a hub, without its engine; the
clock starts with the service and stops when the last event is acknowledged.
"""

import time
from collections.abc import Iterable, Iterator

import httpx
import uvloop
from aiokafka import AIOKafkaProducer

import hubs
from kernel import envelope_of, send
from maillage_common.identifiers import uuid7
from maillage_contracts.envelope import Event, Record, encode
from maillage_contracts.flows import FLOWS, FlowChanged, FlowDeclared, FlowOpened
from maillage_contracts.samples import a_flow
from maillage_contracts.vocabulary import FlowId
from maillage_hub.testing_bus import counted
from maillage_hub.testing_hub import CALL_TIMEOUT_S, WholeHub
from maillage_serving.testing import eventually
from record import Asked, Figure

EVENTS = 500_000
EVENTS_PER_FLOW = 20
FLOWS_AT_ONCE = 250
PATIENCE_S = 900.0


async def _measure(events: int) -> Iterable[Figure]:
    async with hubs.servers() as hub:
        await _tell(hub, events)
        began = time.perf_counter()
        async with (
            hubs.service(hub, "matching", roles="consumer") as matching,
            httpx.AsyncClient(base_url=matching.address, timeout=CALL_TIMEOUT_S) as caller,
        ):

            async def all_consumed() -> bool:
                return await counted(caller, "maillage_events_consumed_total") >= events

            await eventually(all_consumed, deadline_s=PATIENCE_S, every_s=0.5)
            took_s = time.perf_counter() - began
            processor_s = matching.processor_s()
        kept = await _flows_kept(hub)
        assert kept == events // EVENTS_PER_FLOW, f"{kept} flows were kept"
        broker = await hubs.broker_of(hub)
    return (
        Figure(
            name="a year told again, 500,000 events",
            value=took_s * EVENTS / events,
            unit="s",
            must="value <= 300",
            goal="value <= 90",
            broker=broker,
        ),
        Figure(
            name="a year told again, processor of the service",
            value=processor_s / events * 1e6,
            unit="us/event",
            broker=broker,
        ),
    )


async def _tell(hub: WholeHub, events: int) -> None:
    topic = FLOWS.facts(hub.territory)
    async with AIOKafkaProducer(bootstrap_servers=hub.kafka, max_batch_size=900_000) as producer:
        for number in range(events // EVENTS_PER_FLOW // FLOWS_AT_ONCE):
            records = list(_told(hub.territory))
            await send(producer, topic, number % FLOWS.partitions, records)


def _told(territory: str) -> Iterator[Record]:
    """Some flows that are declared, opened, and changed again and again, by turns."""
    flows = [a_flow(flow_id=FlowId(uuid7())) for _ in range(FLOWS_AT_ONCE)]
    for number in range(1, EVENTS_PER_FLOW + 1):
        for flow in flows:
            event: Event = FlowDeclared(flow=flow)
            if number > 1:
                event = FlowOpened(flow=flow)
            if number > 2:  # noqa: PLR2004 declared, opened, then changed
                event = FlowChanged(flow=flow, changed=("quantity",))
            yield encode(envelope_of(event, number, territory), event)


async def _flows_kept(hub: WholeHub) -> int:
    database = await hub.database("matching")
    try:
        return await database.fetchval("SELECT count(*) FROM flow")
    finally:
        await database.close()


def measure(_: Asked) -> Iterable[Figure]:
    """Measure the rebuilding."""
    return uvloop.run(_measure(EVENTS))
