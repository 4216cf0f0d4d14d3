"""`maillage events`: show the events on the bus as they come."""

import asyncio
import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from maillage_common.kafka import reach
from maillage_common.settings import Settings
from maillage_contracts.catalogue import EVENTS, TOPICS
from maillage_contracts.envelope import TYPE_PREFIX, Envelope, Unreadable, unwrap
from maillage_hub.commands.choosing import ask_territory, chosen_bus
from maillage_hub.commands.reaching import reaching_bus
from maillage_hub.commands.telling import tell
from maillage_hub.runtime.failures import BadUsage


def describe(parser: ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("action", choices=("tail",), help="follow the bus until Ctrl-C")
    ask_territory(parser)
    parser.add_argument(
        "--topic", metavar="TEXT", help="only topics whose name has this in it, as flows.flow"
    )
    parser.add_argument("--type", metavar="TYPE", help="only this type of event, as flow.opened.v1")
    parser.add_argument(
        "--from-beginning", action="store_true", help="also what the bus has kept until now"
    )
    parser.add_argument(
        "--count", type=_count, metavar="N", help="end after so many events (default: never)"
    )
    parser.add_argument("--json", action="store_true", help="whole events as JSON, one a line")
    parser.epilog = """\
Events come in order within a topic's key, not across topics. The bus is chosen as `maillage topics`
does. Nothing is committed: any number of people may look at the same time.

example: maillage events tail --type flow.opened.v1 --from-beginning --json
"""


def run(arguments: Namespace) -> int:
    """Show them."""
    settings = chosen_bus(arguments)
    with reaching_bus(settings):
        asyncio.run(_tail(arguments, settings))
    return 0


async def _tail(arguments: Namespace, settings: Settings) -> None:
    wanted_type = _type(arguments.type)
    shown = 0
    async with _consumer(arguments, settings) as consumer:
        async for record in consumer:
            try:
                envelope, data = unwrap(record.headers, record.value)
            except Unreadable as unreadable:
                tell(f"{record.topic}/{record.partition}/{record.offset} is no event: {unreadable}")
                continue
            if wanted_type in (None, envelope.type):
                line = _as_json if arguments.json else _as_text
                print(line(record, envelope, data), flush=True)
                shown += 1
            if shown == arguments.count:
                return


@asynccontextmanager
async def _consumer(arguments: Namespace, settings: Settings) -> AsyncGenerator[AIOKafkaConsumer]:
    """A reader of all partitions of the wanted topics, in no group."""
    names = [topic.facts(settings.territory) for topic in TOPICS]
    topics = [name for name in names if (arguments.topic or "") in name]
    if not topics:
        raise BadUsage(
            f"no topic has {arguments.topic!r} in its name; there are {', '.join(names)}"
        )
    start = "earliest" if arguments.from_beginning else "latest"
    consumer = AIOKafkaConsumer(*topics, **reach(settings), auto_offset_reset=start)
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


def _type(given: str | None) -> str | None:
    """The whole name of a type, of which the beginning may be left out."""
    if given is None:
        return None
    whole = TYPE_PREFIX + given.removeprefix(TYPE_PREFIX)
    if whole not in EVENTS:
        known = "\n".join(f"  {name.removeprefix(TYPE_PREFIX)}" for name in sorted(EVENTS))
        raise BadUsage(f"{given!r} is no type of event; there are\n{known}")
    return whole


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is no number of events")


def _as_json(record: ConsumerRecord, envelope: Envelope, data: bytes) -> str:
    told = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "id": str(envelope.id),
        "type": envelope.type,
        "subject": envelope.subject,
        "time": envelope.time.isoformat(),
        "source": envelope.source,
        "territory": envelope.territory,
        "sequence": envelope.sequence,
        "correlation_id": str(envelope.correlation_id),
        "causation_id": None if envelope.causation_id is None else str(envelope.causation_id),
        "visibility": envelope.visibility,
        "provenance": envelope.provenance,
        "data": json.loads(data),
    }
    return json.dumps(told, ensure_ascii=False)


def _as_text(_: ConsumerRecord, envelope: Envelope, data: bytes) -> str:
    moment = envelope.time.astimezone().strftime("%H:%M:%S.%f")[:-3]
    kind = envelope.type.removeprefix(TYPE_PREFIX)
    return (
        f"{moment} {kind} {envelope.subject} #{envelope.sequence} {data.decode(errors='replace')}"
    )
