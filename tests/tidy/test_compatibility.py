"""The gate on published schemas: what may change inside a version, and what may not."""

import json
from pathlib import Path

import pytest

import compatibility
from event_schemas import Schema, pages

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FORWARD = "an old reader could not read the new events"
BACKWARD = "a new reader could not read the old events"


def an_object(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", "properties": {**properties}, "required": [*required]}


def a_choice(*words: str) -> Schema:
    return {"type": "string", "enum": [*words]}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


ONE = an_object("a", a=TEXT)
BOTH = an_object("a", a=TEXT, b=TEXT)
BOTH_REQUIRED = an_object("a", "b", a=TEXT, b=TEXT)

CHANGES: dict[str, tuple[Schema, Schema, set[str]]] = {
    "an optional field added": (ONE, BOTH, set()),
    "an optional field removed": (BOTH, ONE, set()),
    "a required field added": (ONE, BOTH_REQUIRED, {BACKWARD}),
    "a required field removed": (BOTH_REQUIRED, ONE, {FORWARD}),
    "an enumeration widened": (
        an_object("a", a=a_choice("x")),
        an_object("a", a=a_choice("x", "y")),
        {FORWARD},
    ),
    "an enumeration narrowed": (
        an_object("a", a=a_choice("x", "y")),
        an_object("a", a=a_choice("x")),
        {BACKWARD},
    ),
    "a type changed": (ONE, an_object("a", a=NUMBER), {FORWARD, BACKWARD}),
    "no longer null": (an_object("a", a=nullable(TEXT)), ONE, {BACKWARD}),
    "null from now on": (ONE, an_object("a", a=nullable(TEXT)), {FORWARD}),
    "optional, now required": (BOTH, BOTH_REQUIRED, {BACKWARD}),
    "a limit raised": (
        an_object("a", a={**TEXT, "maxLength": 5}),
        an_object("a", a={**TEXT, "maxLength": 9}),
        {FORWARD},
    ),
    "a limit lowered": (
        an_object("a", a={**NUMBER, "maximum": 9}),
        an_object("a", a={**NUMBER, "maximum": 5}),
        {BACKWARD},
    ),
    "a list made longer": (
        an_object("a", a={"type": "array", "items": TEXT, "maxItems": 2}),
        an_object("a", a={"type": "array", "items": TEXT, "maxItems": 3}),
        {FORWARD},
    ),
    "other words about it": (
        an_object("a", a={**TEXT, "description": "km", "examples": ["3"]}),
        an_object("a", a={**TEXT, "description": "Kilometres."}),
        set(),
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("depth", ["at the top", "in an object", "in a list of objects"])
def test_what_a_change_breaks(depth: str, old: Schema, new: Schema, expected: set[str]) -> None:
    found = compatibility.breaks(placed(old, depth), placed(new, depth))

    assert {fault.split(":")[0] for fault in found} == expected


def placed(schema: Schema, depth: str) -> Schema:
    if depth == "at the top":
        return schema
    part: Schema = {"$ref": "#/$defs/Part"}
    within = an_object("part", part=part)
    if depth == "in a list of objects":
        within = an_object("part", part={"type": "array", "items": part})
    return {**within, "$defs": {"Part": schema}, "$id": "https://maillage.org/schemas/x.json"}


@pytest.mark.parametrize(
    ("word", "was", "now"),
    [
        ("pattern", "^[a-z]+$", "^[0-9]+$"),
        ("pattern", None, "^[0-9]+$"),
        ("format", "date", "date-time"),
        ("format", "uuid", None),
        ("default", "EUR", "CHF"),
    ],
)
def test_what_the_comparison_of_schemas_may_not_see_is_seen_here(
    word: str, was: str | None, now: str | None
) -> None:
    old = an_object(a=TEXT if was is None else {**TEXT, word: was})
    new = an_object(a=TEXT if now is None else {**TEXT, word: now})

    # A newer jsoncompat, on newer Pythons, sees patterns too, and adds what it says of them.
    first, *_ = compatibility.breaks(old, new)
    assert first == f"properties.a.{word} changed from {was!r} to {now!r}"


def test_the_fault_says_where() -> None:
    faults = compatibility.breaks(
        an_object(a=an_object("title", title=TEXT)), an_object(a=an_object("title", title=NUMBER))
    )

    assert all(fault.endswith("see properties.a.properties.title.type") for fault in faults)


def test_each_released_schema_counts_not_only_the_last(tmp_path: Path) -> None:
    first, second = tmp_path / "0.1.0", tmp_path / "0.2.0"
    for folder, schema in ((first, BOTH), (second, ONE)):
        folder.mkdir()
        (folder / "x.v1.json").write_text(json.dumps(schema))
    back_as_a_number = an_object("a", a=TEXT, b=NUMBER)

    assert not list(compatibility.complaints({"x.v1.json": back_as_a_number}, [second]))
    assert list(compatibility.complaints({"x.v1.json": back_as_a_number}, [first, second]))


def test_a_published_type_is_never_taken_back(tmp_path: Path) -> None:
    (tmp_path / "x.v1.json").write_text(json.dumps(ONE))

    assert list(compatibility.complaints({}, [tmp_path])) == [
        "x.v1.json was published: an event type is never taken back"
    ]


@pytest.mark.parametrize("page", pages().values())
def test_every_schema_may_follow_itself(page: str) -> None:
    assert compatibility.breaks(json.loads(page), json.loads(page)) == []
