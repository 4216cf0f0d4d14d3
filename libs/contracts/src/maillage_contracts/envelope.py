"""An event and its envelope, and how both travel: CloudEvents 1.0, Kafka binary mode."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from maillage_contracts.vocabulary import Label, Moment, Provenance, TerritoryId, Visibility

TYPE_PREFIX = "org.maillage."
SCHEMA_BASE = "https://maillage.org/schemas/"
SPEC_VERSION = "1.0"
JSON_TYPE = "application/json"
STRUCTURED_TYPE = "application/cloudevents+json"


@dataclass(frozen=True)
class Topic:
    """Where the facts of one kind of thing are published, and by which service."""

    service: str
    entity: str
    partitions: int = 6
    retention_days: int = 30
    has_state: bool = False
    """Whether each event carries the whole document, kept compacted on a second topic."""

    def facts(self, territory: str) -> str:
        """Name of the topic of facts."""
        return f"{territory}.{self.service}.{self.entity}.v1"

    def state(self, territory: str) -> str:
        """Name of the compacted topic with the latest document by key."""
        return f"{territory}.{self.service}.{self.entity}.state.v1"


class Event(BaseModel):
    """A fact in the past tense. Subclasses say their type, their topic and whose fact it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    TYPE: ClassVar[str]
    TOPIC: ClassVar[Topic]
    SUBJECT: ClassVar[str]
    """Name of the field that holds the identifier of the aggregate; a dot goes one level down."""
    SHOWN_TO: ClassVar[Visibility] = "members"

    @property
    def subject(self) -> str:
        """Identifier of the aggregate this happened to: the key on the bus."""
        return str(_getter(self.SUBJECT)(self))

    @property
    def visibility(self) -> Visibility:
        """Who may be shown this event."""
        return self.SHOWN_TO


_getter = cache(attrgetter)


E_co = TypeVar("E_co", bound=Event, covariant=True)


def _header(attribute: str) -> str:
    """Name of the header: `correlation_id` travels as `ce_correlationid`."""
    return "ce_" + attribute.replace("_", "")


def _timestamp(text: str) -> str:
    if "T" not in text:
        message = "not a moment as in 2026-11-23T08:00:00Z"
        raise ValueError(message)
    return text


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        message = "not a whole number"
        raise ValueError(message)
    return text


@dataclass(frozen=True)
class Envelope:
    """The CloudEvents attributes of one event. Checked when read, not when made by hand."""

    __pydantic_config__ = ConfigDict(alias_generator=_header)

    id: UUID
    source: Label
    type: Label
    subject: Label
    time: Annotated[Moment, BeforeValidator(_timestamp)]
    territory: TerritoryId
    sequence: Annotated[int, Field(ge=1, lt=2**63), BeforeValidator(_digits)]
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: Label | None = None
    visibility: Visibility = "members"
    provenance: Provenance = "human"

    @property
    def dataschema(self) -> str:
        """Address of the JSON Schema of the data."""
        return f"{SCHEMA_BASE}{self.type}.json"


_ENVELOPE = TypeAdapter(Envelope)
_READ = {"content-type", "ce_specversion", *(_header(field.name) for field in fields(Envelope))}


@dataclass(frozen=True)
class Received(Generic[E_co]):
    """An event as it arrived, with its envelope."""

    envelope: Envelope
    event: E_co


@dataclass(frozen=True)
class Record:
    """What Kafka carries."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Unreadable(Exception):
    """A record that is no event of ours; `reason` is a short code, for counting."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class UnknownType(Exception):
    """A well-formed event of a type that this reader does not know: to be ignored."""


def encode(envelope: Envelope, event: Event) -> Record:
    """The record of an event in binary mode; the key is the subject."""
    return Record(
        key=envelope.subject.encode(),
        value=event.model_dump_json(exclude_none=True).encode(),
        headers=tuple([(name, text.encode()) for name, text in _headers(envelope)]),
    )


def _headers(envelope: Envelope) -> Iterable[tuple[str, str]]:
    yield "ce_specversion", SPEC_VERSION
    yield "ce_id", str(envelope.id)
    yield "ce_source", envelope.source
    yield "ce_type", envelope.type
    yield "ce_subject", envelope.subject
    yield "ce_time", _written(envelope.time)
    yield "ce_dataschema", envelope.dataschema
    yield "ce_partitionkey", envelope.subject
    yield "ce_territory", envelope.territory
    yield "ce_sequence", str(envelope.sequence)
    yield "ce_correlationid", str(envelope.correlation_id)
    if envelope.causation_id is not None:
        yield "ce_causationid", str(envelope.causation_id)
    if envelope.traceparent is not None:
        yield "ce_traceparent", envelope.traceparent
    yield "ce_visibility", envelope.visibility
    yield "ce_provenance", envelope.provenance
    yield "content-type", JSON_TYPE


@lru_cache(maxsize=64)
def _written(moment: datetime) -> str:
    """Kept for a while: the events of one transaction share their time."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def decode(
    headers: Sequence[tuple[str, bytes | None]],
    value: bytes | None,
    known: Mapping[str, type[Event]],
) -> Received[Event]:
    """Read a record in binary or structured mode.

    Raises Unreadable when it is no event of ours and UnknownType when its type is not in `known`.
    Unknown fields of a known type are ignored.
    """
    envelope, data = unwrap(headers, value)
    model = known.get(envelope.type)
    if model is None:
        raise UnknownType(envelope.type)
    return Received(envelope, read_event(envelope, data, model))


def unwrap(
    headers: Sequence[tuple[str, bytes | None]], value: bytes | None
) -> tuple[Envelope, bytes]:
    """The envelope of a record, and the JSON of its data; raises Unreadable."""
    if value is None:
        raise Unreadable("empty", "the record has no value")
    texts = _texts(headers)
    content_type = texts.get("content-type", JSON_TYPE)
    if content_type.startswith(STRUCTURED_TYPE):
        texts, value = _structured(value)
    elif not content_type.startswith(JSON_TYPE):
        raise Unreadable("content-type", f"the data must be {JSON_TYPE}")
    if texts.get("ce_specversion") != SPEC_VERSION:
        raise Unreadable("specversion", f"ce_specversion must be {SPEC_VERSION}")
    # Made by hand they have a default; read, an absent `private` must not become `members`.
    for header in ("ce_visibility", "ce_provenance"):
        if header not in texts:
            raise Unreadable(header.removeprefix("ce_"), f"{header}: Field required")
    try:
        return _ENVELOPE.validate_strings(texts), value
    except ValidationError as error:
        header, fault = _first_fault(error)
        raise Unreadable(header.removeprefix("ce_"), f"{header}: {fault}") from error


def _texts(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, raw in headers:
        if name in _READ:
            if name in texts:
                raise Unreadable("header", f"{name} is there twice")
            try:
                texts[name] = str(raw or b"", "utf-8")
            except UnicodeDecodeError as error:
                raise Unreadable("header", f"{name} is not UTF-8") from error
    return texts


def _structured(value: bytes) -> tuple[dict[str, str], bytes]:
    """The attributes as headers of binary mode, and the data."""
    try:
        document: object = json.loads(value)
        if not isinstance(document, dict) or "data" not in document:
            raise Unreadable("structured", "a structured event is an object with data")
        attributes = cast("dict[str, Any]", document)
        data = json.dumps(attributes.pop("data"), allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable("json", "the structured event is not JSON") from error
    return {f"ce_{name}": str(attribute) for name, attribute in attributes.items()}, data


def read_event(envelope: Envelope, data: bytes, model: type[Event]) -> Event:
    """The data as this type of event; unknown fields are ignored. Raises Unreadable."""
    try:
        event = model.model_validate_json(data, strict=True, extra="ignore")
    except ValidationError as error:
        raise Unreadable("data", ": ".join(_first_fault(error))) from error
    if event.subject != envelope.subject:
        raise Unreadable("subject", f"{model.SUBJECT} differs from the attribute subject")
    return event


def _first_fault(error: ValidationError) -> tuple[str, str]:
    fault = error.errors(include_input=False, include_url=False)[0]
    return ".".join(str(part) for part in fault["loc"]) or "data", fault["msg"]
