"""The AsyncAPI 3.0 document of a hub: its channels, who publishes on them, each message whole."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import yaml

import golden
from docs_events import short
from event_schemas import REFERENCE, Json, Schema, schema_of
from maillage_contracts.catalogue import CATALOGUE, SERVICES, TOPICS, Entry, topic_specs
from maillage_contracts.envelope import JSON_TYPE, Topic
from maillage_contracts.samples import TERRITORY

PROJECT = Path(__file__).resolve().parents[1] / "libs/contracts/pyproject.toml"
FILE = "libs/contracts/asyncapi.yaml"
TERRITORY_PARAMETER = "{territory}"
HEADERS: dict[str, tuple[str, str]] = {
    "ce_specversion": ("1.0", "Version of CloudEvents."),
    "ce_id": ("uuid", "Of the event: the same when it comes twice."),
    "ce_source": ("", "`/{territory}/{service}`."),
    "ce_type": ("", "Type of the event, with its version."),
    "ce_subject": ("", "What it happened to; also the key of the record."),
    "ce_time": ("date-time", "When it happened."),
    "ce_dataschema": ("uri", "Address of the JSON Schema of the data."),
    "ce_partitionkey": ("", "As ce_subject."),
    "ce_territory": ("", "The hub's territory."),
    "ce_sequence": ("", "Counts the events of one subject, from 1, without a gap."),
    "ce_correlationid": ("uuid", "Common to all that follows from one request."),
    "ce_causationid": ("uuid", "The event that led to this one."),
    "ce_traceparent": ("", "W3C trace context."),
    "ce_visibility": ("", "Who may be shown it: public, members, case or private."),
    "ce_provenance": ("", "Who said it: human, engine, import or adapter."),
    "content-type": ("", f"{JSON_TYPE}."),
}
SOMETIMES = {"ce_causationid", "ce_traceparent"}


class _Whole(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 -- inherited
        return True


def pages() -> dict[str, str]:
    """The document, by its path."""
    # Dumper, not safe_dump: the same safe types, written out each time they occur.
    return {FILE: yaml.dump(document(), Dumper=_Whole, sort_keys=False, width=100)}


def document() -> Schema:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "maillage hub",
            "version": tomllib.loads(PROJECT.read_text())["project"]["version"],
            "description": "What a territory's hub publishes, for other systems to subscribe to.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": JSON_TYPE,
        "channels": dict(channels()),
        "operations": dict(operations()),
        "components": {
            "messages": {short(entry.event): message(entry) for entry in CATALOGUE},
            "schemas": dict(schemas()),
            "parameters": {
                "territory": {"description": "The hub's territory.", "examples": [TERRITORY]}
            },
        },
    }


def channels() -> Iterator[tuple[str, Json]]:
    """Each topic, and beside it the one that keeps the latest of each key."""
    specs = {spec.name: spec for spec in topic_specs(TERRITORY_PARAMETER)}
    for topic in TOPICS:
        addresses = {_facts(topic): topic.facts(TERRITORY_PARAMETER)}
        if topic.has_state:
            addresses[f"{_facts(topic)}.state"] = topic.state(TERRITORY_PARAMETER)
        for name, address in addresses.items():
            spec = specs[address]
            configuration: Schema = {"cleanup.policy": [spec.config["cleanup.policy"]]}
            if "retention.ms" in spec.config:
                configuration["retention.ms"] = int(spec.config["retention.ms"])
            yield (
                name,
                {
                    "address": address,
                    "messages": {
                        short(entry.event): {"$ref": f"#/components/messages/{short(entry.event)}"}
                        for entry in CATALOGUE
                        if topic == entry.event.TOPIC
                    },
                    "parameters": {"territory": {"$ref": "#/components/parameters/territory"}},
                    "bindings": {
                        "kafka": {
                            "topic": address,
                            "partitions": spec.partitions,
                            "topicConfiguration": configuration,
                            "bindingVersion": "0.5.0",
                        }
                    },
                },
            )


def operations() -> Iterator[tuple[str, Json]]:
    """What each service sends."""
    for name, channel in channels():
        messages = cast("Schema", cast("Schema", channel)["messages"])
        yield (
            f"publish.{name}",
            {
                "action": "send",
                "channel": {"$ref": f"#/channels/{name}"},
                "tags": [
                    {"name": service} for service in SERVICES if name.startswith(f"{service}.")
                ],
                "messages": [{"$ref": f"#/channels/{name}/messages/{each}"} for each in messages],
            },
        )


def message(entry: Entry) -> Json:
    """One event with its headers, its data and an example."""
    event = entry.event
    record = golden.record_of(event)
    return {
        "name": event.TYPE,
        "title": short(event),
        "summary": event.__doc__,
        "contentType": JSON_TYPE,
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": event.SUBJECT},
                "bindingVersion": "0.5.0",
            }
        },
        "examples": [{"name": "example", "headers": record["headers"], "payload": record["data"]}],
    }


def schemas() -> Iterator[tuple[str, Json]]:
    """The schemas of headers, of data, and of what data is made of."""
    yield (
        "Headers",
        {
            "type": "object",
            "properties": {
                name: {"type": "string", "description": words, **_format(form)}
                for name, (form, words) in HEADERS.items()
            },
            "required": [name for name in HEADERS if name not in SOMETIMES],
        },
    )
    parts: Schema = {}
    for entry in CATALOGUE:
        schema = schema_of(entry.event)
        parts |= cast("Schema", schema.pop("$defs", {}))
        del schema["$schema"], schema["$id"]
        yield entry.event.__name__, _rebased(schema)
    for name in sorted(parts):
        yield name, _rebased(parts[name])


def _format(form: str) -> Schema:
    if form == "1.0":
        return {"const": form}
    return {"format": form} if form else {}


def _rebased(part: Json) -> Json:
    """As AsyncAPI wants it: references into the components, nothing beside a reference."""
    if isinstance(part, list):
        return [_rebased(each) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" not in part:
        return {name: _rebased(each) for name, each in part.items()}
    target = str(part["$ref"]).replace(REFERENCE, "#/components/schemas/")
    beside = {name: each for name, each in part.items() if name != "$ref"}
    return {"allOf": [{"$ref": target}], **beside} if beside else {"$ref": target}


def _facts(topic: Topic) -> str:
    return f"{topic.service}.{topic.entity}"
