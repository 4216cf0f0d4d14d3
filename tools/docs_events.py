"""docs/events: a page for each event, and an index; what a subscriber needs and nothing else."""

from collections.abc import Iterator
from typing import NamedTuple, cast

import golden
from event_schemas import FOLDER as SCHEMAS
from event_schemas import Json, Schema, expanded, printed, schema_of
from maillage_contracts.catalogue import CATALOGUE, SERVICES, Entry
from maillage_contracts.envelope import TYPE_PREFIX, Event
from maillage_contracts.vocabulary import Visibility

FOLDER = "docs/events"
SHOWN_TO: dict[Visibility, str] = {
    "public": "everybody, also in other territories",
    "members": "every actor of the territory",
    "case": "the actors of the case, and advisors",
    "private": "advisors only",
}
LIST = "[]"
WORD = "^[a-z][a-z0-9_.-]*$"


class Field(NamedTuple):
    """One line of the table of fields; `path` has dots, and brackets for each of several."""

    path: str
    kind: str
    always: bool
    words: str


def pages() -> dict[str, str]:
    """All pages, by path."""
    single = {f"{FOLDER}/{short(entry.event)}.md": page(entry) for entry in CATALOGUE}
    return {f"{FOLDER}/README.md": index(), **single}


def short(event: type[Event]) -> str:
    """`flow.opened` for `org.maillage.flow.opened.v1`."""
    return event.TYPE.removeprefix(TYPE_PREFIX).rpartition(".")[0]


def page(entry: Entry) -> str:
    """The page of one event."""
    event = entry.event
    record = golden.record_of(event)
    rows = "\n".join(
        f"| `{field.path}` | {field.kind} | {'yes' if field.always else ''} | {field.words} |"
        for field in fields(expanded(schema_of(event)))
    )
    return f"""# {short(event)}

{event.__doc__}

{facts(entry)}

## Fields of the data

| field | is | always there | meaning |
|---|---|---|---|
{rows}

A field that is not always there is left out when nothing is known; it is never null. Readers
ignore fields that they do not know. A decimal is a number in a string, so that none is rounded.
A word is of an open list: keep those that you do not know.

## Example

Headers:

```json
{printed(record["headers"]).rstrip()}
```

Value:

```json
{printed(record["data"]).rstrip()}
```
"""


def facts(entry: Entry) -> str:
    """Where an event is found, who publishes it and who reads it."""
    event, topic = entry.event, entry.event.TOPIC
    kept = f"kept {topic.retention_days} days, {topic.partitions} partitions"
    rows = {
        "type": f"`{event.TYPE}`",
        "topic": f"`{topic.facts('{territory}')}`, {kept}",
        "latest of each key": f"`{topic.state('{territory}')}`, compacted",
        "key, and `ce_subject`": f"`{event.SUBJECT}`",
        "published by": entry.producer,
        "read by": ", ".join(entry.consumers) or "no service of the hub; consoles, other systems",
        "may be shown to": visibility(event),
        "schema": f"[{event.TYPE}.json](../../{SCHEMAS}/{event.TYPE}.json)",
    }
    if not topic.has_state:
        del rows["latest of each key"]
    return "\n".join(
        ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows.items())]
    )


def visibility(event: type[Event]) -> str:
    """Who may be shown an event."""
    if event.visibility is Event.visibility:
        return f"`{event.SHOWN_TO}`: {SHOWN_TO[event.SHOWN_TO]}"
    return "as the data says; " + "; ".join(f"`{one}`: {who}" for one, who in SHOWN_TO.items())


def index() -> str:
    """The index: events by the service that publishes them, and how to subscribe."""
    tables = "\n".join(
        f"\n## {service}\n\n| event | says | read by |\n|---|---|---|\n{_lines(service)}"
        for service in SERVICES
    )
    return f"""# Events

{len(CATALOGUE)} event types, as CloudEvents 1.0 in Kafka's binary mode: attributes are headers
(`ce_type`, `ce_subject`, ...), the value is the data as JSON. The key of a record is its
`ce_subject`, so events of one thing stay in order; `ce_sequence` counts them from 1 without a gap.
An event may come twice: `ce_id` tells. Types and fields that a reader does not know are to be
ignored. A version only ever gains optional fields.

To subscribe: [a subscriber in twenty lines](../examples/subscriber.py), the
[AsyncAPI document](../../libs/contracts/asyncapi.yaml), the
[JSON Schemas](../../{SCHEMAS}).
{tables}
"""


def _lines(service: str) -> str:
    return "\n".join(
        f"| [{short(entry.event)}]({short(entry.event)}.md) | {entry.event.__doc__}"
        f" | {', '.join(entry.consumers)} |"
        for entry in CATALOGUE
        if entry.producer == service
    )


def fields(schema: Schema, path: str = "", *, always: bool = True) -> Iterator[Field]:
    """The fields of an object and of what it contains, in the order of their declaration."""
    required = cast("list[str]", schema.get("required", []))
    for name, each in cast("dict[str, Schema]", schema["properties"]).items():
        here, inner, several = f"{path}{name}", each, ""
        while inner.get("type") == "array":
            inner, several = cast("Schema", inner["items"]), f"{several}{LIST}"
        there = always and name in required
        yield Field(f"{here}{several}", kind(each), there, meaning(each, inner))
        if "properties" in inner:
            yield from fields(inner, f"{here}{several}.", always=there)


def kind(schema: Schema) -> str:
    """What a value is, in a few words."""
    if schema.get("type") == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {kind(cast('Schema', schema['items']))}{most}"
    if "enum" in schema:
        return " or ".join(f"`{word}`" for word in cast("list[str]", schema["enum"]))
    if schema.get("pattern") == WORD:
        return "word"
    return str(schema.get("format") or schema["type"]) + limits(schema)


def limits(schema: Schema) -> str:
    """The least and the greatest number, or the longest text."""
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None or most is not None:
        return (
            f", {_number(least)} to {_number(most)}" if most is not None else f", {least} or more"
        )
    return f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""


def meaning(schema: Schema, inner: Schema) -> str:
    """The description and what stands for it when it is left out."""
    words = str(schema.get("description") or inner.get("description") or "")
    default: Json = schema.get("default")
    if default not in (None, [], {}):
        words = (
            f"{words} Absent: `{default}`.".strip()
            .replace("True", "true")
            .replace("False", "false")
        )
    return words.replace("|", "\\|")


def _number(value: Json) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
