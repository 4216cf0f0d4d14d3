"""The JSON Schema of each event as subscribers read it: open objects, nothing null."""

import json
from typing import TypeAlias, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import SCHEMA_BASE, Event

REFERENCE = "#/$defs/"
FOLDER = "libs/contracts/schemas"

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"
Schema = dict[str, Json]


class PublishedSchema(GenerateJsonSchema):
    """What `encode` writes. Our models refuse unknown fields in our hands, but not on the bus."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        described = super().model_schema(schema)
        described.pop("additionalProperties", None)
        return described

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        if described.get("default", ...) is None:
            del described["default"]
        return described

    def encode_default(self, dft: object) -> object:
        if isinstance(dft, BaseModel):
            return dft.model_dump(mode="json", exclude_none=True)
        return super().encode_default(dft)

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 -- inherited
        return False


def schema_of(event: type[Event]) -> Schema:
    """The schema of the data of an event."""
    described = event.model_json_schema(mode="serialization", schema_generator=PublishedSchema)
    return {
        "$schema": PublishedSchema.schema_dialect,
        "$id": f"{SCHEMA_BASE}{event.TYPE}.json",
        "title": described.pop("title"),
        "description": described.pop("description"),
        **described,
    }


def pages() -> dict[str, str]:
    """All schemas, by path."""
    return {f"{FOLDER}/{name}.json": printed(schema_of(event)) for name, event in EVENTS.items()}


def printed(document: object) -> str:
    """JSON as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def expanded(schema: Schema) -> Schema:
    """The schema with each reference replaced by what it refers to, and without an address."""
    definitions = cast("dict[str, Schema]", schema.get("$defs", {}))

    def replaced(part: Json) -> Json:
        if isinstance(part, list):
            return [replaced(each) for each in part]
        if not isinstance(part, dict):
            return part
        whole = {name: replaced(each) for name, each in part.items() if name != "$ref"}
        if "$ref" in part:
            target = definitions[str(part["$ref"]).removeprefix(REFERENCE)]
            return {**cast("Schema", replaced(target)), **whole}
        return whole

    names = schema.keys() - {"$defs", "$id", "$schema"}
    return {name: replaced(part) for name, part in schema.items() if name in names}
