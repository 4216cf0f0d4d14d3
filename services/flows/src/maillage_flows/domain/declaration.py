"""What somebody says of a flow: all axes, each checked against the words of the vocabulary."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, cast

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import (
    KNOWN_CONFIDENCES,
    KNOWN_DIRECTIONS,
    KNOWN_FLOW_KINDS,
    KNOWN_INTENTS,
    KNOWN_PHYSICAL_STATES,
    KNOWN_UNITS,
    KNOWN_WASTE_STATUSES,
    KNOWN_WILLINGNESS,
    Day,
    GeoPoint,
    Label,
    Money,
    PeriodicQuantity,
    Positive,
    Quantity,
    SiteId,
    TemperatureClass,
    Value,
    Visibility,
    WasteCode,
    Word,
    is_starred,
    out_of_order,
)


def known(words: tuple[str, ...]) -> tuple[AfterValidator, Any]:
    """The check that a word is of a list, and its description for the API's document."""

    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"use one of: {', '.join(words)}")
        return word

    return AfterValidator(check), Field(json_schema_extra={"enum": list(words)})


Kind = Annotated[str, *known(KNOWN_FLOW_KINDS)]
Direction = Annotated[str, *known(KNOWN_DIRECTIONS)]
Intent = Annotated[str, *known(KNOWN_INTENTS)]
Willingness = Annotated[str, *known(KNOWN_WILLINGNESS)]
Confidence = Annotated[str, *known(KNOWN_CONFIDENCES)]
PhysicalState = Annotated[str, *known(KNOWN_PHYSICAL_STATES)]
WasteStatus = Annotated[str, *known(KNOWN_WASTE_STATUSES)]
Unit = Annotated[str, *known(KNOWN_UNITS)]
MoreThanZero = Annotated[Positive, Field(gt=0)]
Line = Annotated[Label, StringConstraints(strip_whitespace=True)]
"""One line of text that says something."""


class Resource(Value):
    """What flows."""

    label: Line = Field(examples=["Euro pallets, used once"])
    spec: Word | None = Field(default=None, examples=["pallet"])
    waste_code: WasteCode | None = None
    functions: tuple[Word, ...] = Field(default=(), max_length=12, examples=[["cushioning"]])


class Condition(Value):
    """The state in which it comes."""

    physical: PhysicalState | None = None
    form: Word | None = None
    contamination: Word | None = Field(default=None, examples=["clean"])
    temperature: TemperatureClass | None = None


class Legal(Value):
    """What the law sees in it."""

    waste_status: WasteStatus | None = None
    is_hazardous: bool | None = None
    is_food_grade: bool | None = None


class PerPeriod(PeriodicQuantity):
    """So much every period, in a unit we can count with."""

    value: MoreThanZero
    unit: Unit


class PerPickup(Quantity):
    """So much at each pickup, in a unit we can count with."""

    value: MoreThanZero
    unit: Unit


class Declaration(Value):
    """The axes of a flow. What nobody told stays absent: it is asked, never guessed."""

    site_id: SiteId | None = Field(default=None, description="Default: the actor's first site.")
    position: GeoPoint | None = Field(default=None, description="Default: the site's.")
    activity_zone: Word | None = Field(default=None, description="Default: the site's.")
    kind: Kind
    direction: Direction = Field(description="out: has too much; in: lacks")
    intent: Intent
    willingness: Willingness = Field(
        default="none", description="Only what a firm wants to work on is ever matched."
    )
    confidence: Confidence = "declared"
    visibility: Visibility = "members"
    resource: Resource
    condition: Condition = Condition()
    legal: Legal = Legal()
    quantity: PerPeriod | None = None
    per_pickup: PerPickup | None = None
    cost_today: Money | None = Field(default=None, description="A year's cost of it, today.")
    pain_rank: int | None = Field(default=None, ge=1, le=3, description="1 is the worst pain.")
    available_from: Day | None = None
    available_until: Day | None = None

    @property
    def is_willing(self) -> bool:
        """Whether the firm wants to work on it."""
        return self.willingness in ("open", "priority")

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.available_until is not None and self.available_until < today


PARTS = ("resource", "condition", "legal")
"""Fields whose own fields are named one by one, as in condition.contamination."""


def folded(text: str) -> str:
    """Text as it is searched: without accents, without capitals."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def searched(declaration: Declaration) -> str:
    """What a search for words looks through."""
    said = declaration.resource
    return folded(" ".join((said.label, said.spec or "", said.waste_code or "", *said.functions)))


def check(declaration: Declaration) -> None:
    """Refuse what no single field shows to be wrong; raises Invalid naming the field to correct."""
    first, last = declaration.available_from, declaration.available_until
    if why := out_of_order("available_from", first, last):
        raise Invalid("available_until", why)
    code = declaration.resource.waste_code
    if is_starred(code) and declaration.legal.is_hazardous is False:
        raise Invalid("legal.is_hazardous", f"{code} is hazardous by law: correct one of the two")


def check_not_over(declaration: Declaration, today: date) -> None:
    """Raises Invalid when its last day has passed."""
    if declaration.is_over(today):
        last = declaration.available_until
        raise Invalid("available_until", f"{last} has passed: give a later day, or leave it out")


def differences(before: Declaration, after: Declaration) -> Iterator[str]:
    """Names of the fields that differ, one level down inside PARTS."""
    for name in Declaration.model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if name in PARTS:
            yield from (f"{name}.{n}" for n, was in old if was != getattr(new, n))
        else:
            yield name


def amended(declaration: Declaration, patch: Mapping[str, object]) -> Declaration:
    """The declaration with a JSON merge patch (RFC 7396) applied: null removes a field.

    Another site brings its own position and zone. Raises Invalid naming the field.
    """
    told = declaration.model_dump(mode="json", exclude_none=True)
    if "site_id" in patch:
        told.pop("position", None)
        told.pop("activity_zone", None)
    try:
        return Declaration.model_validate(_merged(told, patch))
    except ValidationError as error:
        raise Invalid(*_fault(error)) from error


def _merged(told: Mapping[str, object], patch: Mapping[str, object]) -> dict[str, object]:
    merged = dict(told)
    for name, value in patch.items():
        old = merged.get(name)
        if value is None:
            merged.pop(name, None)
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[name] = _merged(cast("dict[str, object]", old), cast("dict[str, object]", value))
        else:
            merged[name] = value
    return merged


def _fault(error: ValidationError) -> tuple[str, str]:
    fault = error.errors(include_input=False, include_url=False)[0]
    field = ".".join(str(part) for part in fault["loc"]) or "body"
    words = {
        "extra_forbidden": "this field is not known, or does not change this way",
        "missing": "this field is required",
        "model_type": "send an object with its fields",
    }
    return field, words.get(fault["type"], fault["msg"].removeprefix("Value error, "))
