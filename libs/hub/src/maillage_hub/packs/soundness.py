"""What is wrong with a document of a pack, in words that say what to write instead.

What registry and flows refuse of vehicles and rounds stands here once more: they need not be
installed where a pack is written. `test_soundness.py` holds both against each other.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import cast

from pydantic import BaseModel, ValidationError

from maillage_contracts.flows import ExistingRound, Flow
from maillage_contracts.registry import AccessZoneRulePublished, Credential, Vehicle
from maillage_contracts.vocabulary import is_starred, out_of_order
from maillage_hub.packs.documents import is_day

DAYS = frozenset({"valid_from", "valid_to", "available_from", "available_until", "on"})
A_DAY = "write the day as in 2026-11-23"
A_TIME = "write the time as in 07:30"
A_NUMBER = "write a number as in 40.5"
INSTEAD = {
    "bool_parsing": "write yes or no",
    "date_from_datetime_parsing": A_DAY,
    "datetime_from_date_parsing": A_TIME,
    "time_parsing": A_TIME,
    "decimal_parsing": A_NUMBER,
    "float_parsing": A_NUMBER,
    "int_from_float": "write a whole number",
    "int_parsing": "write a whole number",
}
"""By pydantic's name of an error; the others say it themselves."""

Complaint = tuple[str, str]
"""The path of a field, and what is wrong with it."""


def complaints(model: type[BaseModel], document: Mapping[str, object]) -> Iterator[Complaint]:
    """What this model, or the door that takes such a document, would refuse."""
    faulty = list(_days(document))
    yield from faulty
    try:
        said = model.model_validate(document)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            path = ".".join(str(part) for part in found["loc"])
            message = INSTEAD.get(found["type"], found["msg"].removeprefix("Value error, "))
            if (path, message) not in faulty:
                yield path, message
        return
    if not faulty:
        yield from _between_fields(said)


def _days(document: Mapping[str, object], prefix: str = "") -> Iterator[Complaint]:
    """Days that are none: a number would be read as seconds since 1970."""
    for name, value in document.items():
        path = f"{prefix}{name}"
        if name in DAYS and value is not None and not is_day(str(value)):
            yield path, A_DAY
        elif isinstance(value, dict):
            yield from _days(cast("Mapping[str, object]", value), f"{path}.")
        elif isinstance(value, list):
            entries = enumerate(cast("list[object]", value))
            yield from _days({str(place): entry for place, entry in entries}, f"{path}.")


def _between_fields(said: BaseModel) -> Iterator[Complaint]:
    """What the doors refuse though each field alone is fine."""
    match said:
        case Credential():
            yield from _in_order("valid_from", said.valid_from, "valid_to", said.valid_to)
        case Flow():
            yield from _of_a_flow(said)
        case Vehicle():
            yield from _of_a_vehicle(said)
        case ExistingRound():
            yield from _of_a_round(said)
        case AccessZoneRulePublished():
            for place, rule in enumerate(said.rules):
                last_name = f"rules.{place}.valid_to"
                yield from _in_order("valid_from", rule.valid_from, last_name, rule.valid_to)
        case _:
            pass


def _in_order(
    first_name: str, first: date | None, last_name: str, last: date | None
) -> Iterator[Complaint]:
    if why := out_of_order(first_name, first, last):
        yield last_name, why


def _of_a_flow(said: Flow) -> Iterator[Complaint]:
    first, last = said.available_from, said.available_until
    yield from _in_order("available_from", first, "available_until", last)
    code = said.resource.waste_code
    if is_starred(code) and said.legal.is_hazardous is False:
        yield "legal.is_hazardous", f"{code} is hazardous by law: correct one of the two"


def _of_a_round(said: ExistingRound) -> Iterator[Complaint]:
    if said.empty_km > said.distance_km:
        yield "empty_km", f"it cannot be more than distance_km, {said.distance_km}"
    if len({(room.leg, room.temperature) for room in said.free}) < len(said.free):
        yield "free", "name each leg and temperature once"


def _of_a_vehicle(said: Vehicle) -> Iterator[Complaint]:
    if said.speed_kmh == 0:
        yield "speed_kmh", "it must be more than 0"
    if said.range_km == 0:
        yield "range_km", "it must be more than 0: leave it out if there is no limit"
    if any(part.payload_kg > said.payload_kg for part in said.compartments):
        yield "payload_kg", "it must not be less than that of one of its compartments"
