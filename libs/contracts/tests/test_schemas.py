"""What is published: bounded, described, open, without ratings or personal data, and true."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias, cast, get_args

import pytest
from jsonschema import Draft202012Validator, FormatChecker, validate
from jsonschema import ValidationError as JsonSchemaError
from pydantic import BaseModel, ValidationError, create_model
from pydantic.fields import FieldInfo

from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Event, Unreadable, decode, encode
from maillage_contracts.samples import SAMPLES, an_envelope

FOLDER = Path(__file__).resolve().parents[1]
Schema: TypeAlias = dict[str, Any]  # JSON

FILES = sorted((FOLDER / "schemas").glob("*.json"))
SCHEMAS: dict[str, Schema] = {file.stem: json.loads(file.read_text()) for file in FILES}
RECORDS = sorted((FOLDER / "examples").glob("*.json"))

every_schema = pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
every_sample = pytest.mark.parametrize("event", SAMPLES.values(), ids=lambda event: event.TYPE)

RATING = re.compile(r"(^|_)(rating|rate|score|stars?|grade|rank|reputation|trust|reliability)(_|$)")
# Of a lead, to put it in order; of a flow, how much its firm suffers from it. Never of an actor.
# How many points a leaf of `is_food_grade` has is no grade of an actor either.
NO_RATING_OF_AN_ACTOR = {"Lead.score", "Flow.pain_rank", "Legal.is_food_grade"}
PERSONAL = re.compile(
    r"(^|_)(phone|mobile|fax|e?mail|contact|person|people|surname|first_?name|last_?name"
    r"|full_?name|birth|gender|nationality|signature|signatory|driver|login|password|iban|ssn|ip)(_|$)"
)


def named(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Each field of each object, as `Actor.name` and its schema."""
    for part in [schema, *cast("dict[str, Schema]", schema.get("$defs", {})).values()]:
        for name, field in cast("dict[str, Schema]", part.get("properties", {})).items():
            yield f"{part['title']}.{name}", field


def leaves(field: Schema) -> Iterator[Schema]:
    """A field, or what its list holds."""
    while field.get("type") == "array":
        yield field
        field = field["items"]
    yield field


def test_there_is_a_schema_and_a_golden_record_for_each_event() -> None:
    assert SCHEMAS.keys() == EVENTS.keys()
    assert {file.stem for file in RECORDS} >= EVENTS.keys()


@every_schema
def test_a_schema_is_one_and_has_an_address(schema: Schema) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert re.fullmatch(r"https://maillage\.org/schemas/[a-z_.0-9]+\.json", schema["$id"])


def test_the_address_is_the_one_in_the_envelope() -> None:
    for name, event in EVENTS.items():
        assert SCHEMAS[name]["$id"] == an_envelope(SAMPLES[event]).dataschema


@every_schema
def test_objects_are_open_and_nothing_is_null(schema: Schema) -> None:
    text = json.dumps(schema)

    assert "additionalProperties" not in text
    assert "null" not in text


@every_schema
def test_every_object_is_described(schema: Schema) -> None:
    for part in [schema, *schema.get("$defs", {}).values()]:
        assert part["description"]


LIMITS: dict[str, set[str]] = {
    "array": {"maxItems"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum"},
    "boolean": set(),
}
ENDLESS = re.compile(r"(?<!\\)[*+]")


@every_schema
def test_everything_has_a_limit(schema: Schema) -> None:
    for name, field in named(schema):
        for leaf in leaves(field):
            kind = leaf.get("type")
            if kind == "string":
                # The digits of decimals are counted by the models: see below.
                fixed = "pattern" in leaf and not ENDLESS.search(leaf["pattern"])
                assert fixed or {"maxLength", "format", "enum"} & leaf.keys(), name
            else:
                assert ({"$ref"} if kind is None else LIMITS[kind]) <= leaf.keys(), name


def decimals(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Every decimal field of a model and of the models inside it."""
    for name, field in model.model_fields.items():
        parts = [field.annotation]
        while parts:
            part = parts.pop()
            parts.extend(get_args(part))
            if part is Decimal:
                yield f"{model.__name__}.{name}", field
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from decimals(part)


DECIMALS = {name: field for event in EVENTS.values() for name, field in decimals(event)}


@pytest.mark.parametrize("field", DECIMALS.values(), ids=DECIMALS)
@pytest.mark.parametrize("wrong", ["1E+25", "1E-9", "NaN", "Infinity"])
def test_every_decimal_has_its_digits_counted(field: FieldInfo, wrong: str) -> None:
    model = create_model("One", value=(cast("type", field.annotation), field))

    with pytest.raises(ValidationError):
        model.model_validate({"value": wrong})


def test_the_decimals_of_every_event_are_among_them() -> None:
    assert {"Money.amount", "Statement.low", "Load.mass_kg", "Party.share"} <= DECIMALS.keys()


@every_schema
def test_no_actor_is_rated(schema: Schema) -> None:
    """The cooperatives that asked for the hub took ratings out on purpose."""
    rated = {name for name, _ in named(schema) if RATING.search(name.partition(".")[2])}

    assert rated <= NO_RATING_OF_AN_ACTOR


@pytest.mark.parametrize("name", ["rating", "trust_score", "stars", "actor_grade", "score"])
def test_a_rating_would_be_found(name: str) -> None:
    schema: Schema = {"title": "Actor", "properties": {name: {}}}

    with pytest.raises(AssertionError):
        test_no_actor_is_rated(schema)


@every_schema
def test_no_field_is_made_for_personal_data(schema: Schema) -> None:
    assert [name for name, _ in named(schema) if PERSONAL.search(name.partition(".")[2])] == []


@pytest.mark.parametrize("name", ["phone", "contact_name", "email", "driver_id", "last_name"])
def test_a_field_for_personal_data_would_be_found(name: str) -> None:
    schema: Schema = {"title": "Actor", "properties": {name: {}}}

    with pytest.raises(AssertionError):
        test_no_field_is_made_for_personal_data(schema)


@every_sample
def test_what_is_written_is_as_the_schema_says(event: Event) -> None:
    record = encode(an_envelope(event), event)

    validate(json.loads(record.value), SCHEMAS[event.TYPE], format_checker=FormatChecker())


@every_sample
def test_the_schema_asks_for_what_the_reader_asks_for(event: Event) -> None:
    """Take any field away: both refuse, or both go on."""
    record = encode(an_envelope(event), event)
    for changed in one_field_less(json.loads(record.value)):
        try:
            decode(record.headers, json.dumps(changed).encode(), EVENTS)
        except Unreadable:
            with pytest.raises(JsonSchemaError):
                validate(changed, SCHEMAS[event.TYPE])
        else:
            validate(changed, SCHEMAS[event.TYPE])


def one_field_less(part: Any) -> Iterator[Any]:  # noqa: ANN401 -- JSON
    match part:
        case dict():
            fields = cast("dict[str, Any]", part)
            for name, inner in fields.items():
                yield {other: each for other, each in fields.items() if other != name}
                yield from ({**fields, name: less} for less in one_field_less(inner))
        case [first, *rest]:
            yield from ([less, *rest] for less in one_field_less(first))
        case _:
            return


@pytest.mark.parametrize("file", RECORDS, ids=lambda file: file.stem)
def test_a_record_once_published_is_read_for_ever(file: Path) -> None:
    golden = json.loads(file.read_text())
    headers = [(name, value.encode()) for name, value in golden["headers"].items()]

    received = decode(headers, json.dumps(golden["data"]).encode(), EVENTS)

    written = encode(received.envelope, received.event)
    assert written.key.decode() == golden["key"]
    assert {name: value.decode() for name, value in written.headers} == golden["headers"]
    assert_holds(json.loads(written.value), golden["data"])


def assert_holds(now: Any, then: Any) -> None:  # noqa: ANN401 -- JSON
    """All that was said then is said now; optional fields may have come since."""
    match then:
        case dict():
            for name, value in cast("dict[str, Any]", then).items():
                assert_holds(now[name], value)
        case list():
            values = cast("list[Any]", then)
            assert len(now) == len(values)
            for one, other in zip(now, values, strict=True):
                assert_holds(one, other)
        case _:
            assert now == then
