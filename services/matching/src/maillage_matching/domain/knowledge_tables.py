"""How the tables of resources, rules and activities are read, and what must hold in them."""

import csv
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import TypeVar, cast, get_args

from maillage_contracts.vocabulary import KNOWN_FLOW_KINDS, KNOWN_UNITS, check_waste_code
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.resource import Activity, Hazard, Hygiene, Resource, Rule, RuleFamily

WORDS = "direction and token, by place"
"""How words of flows are made of these tables; another way is another version of the knowledge."""


def read_knowledge(resources: str, rules: str, activities: str) -> Knowledge:
    """The knowledge in the text of the three tables; raises ValueError with the row at fault."""
    known = _read("resources", resources, _resource)
    named = _read("rules", rules, _rule)
    takers = _read("activities", activities, _activity)
    functions = {one for resource in known.values() for one in resource.functions}
    for rule in named.values():
        unknown = {rule.from_spec, rule.to_spec, rule.equipment} - known.keys() - {""}
        unknown |= {rule.to_function} - functions - {""}
        if unknown:
            raise ValueError(f"rule {rule.name}: no such resource: {', '.join(sorted(unknown))}")
    for activity in takers.values():
        if unknown := set(activity.takes) - functions:
            raise ValueError(f"activity {activity.code}: nothing serves for {sorted(unknown)}")
    texts = f"{WORDS}\n{resources}\n{rules}\n{activities}"
    version = sha256(texts.encode()).hexdigest()[:12]
    return Knowledge(version, known, named, takers)


Row = Mapping[str, str]
Item = TypeVar("Item", Resource, Rule, Activity)


def _read(table: str, text: str, read: Callable[[Row], tuple[str, Item]]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for line, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        try:
            key, one = read(row)
        except (ValueError, KeyError, InvalidOperation) as error:
            raise ValueError(f"{table}, line {line}: {error}") from error
        if not key or not one.source:
            raise ValueError(f"{table}, line {line}: a name and a source are needed")
        if key in found:
            raise ValueError(f"{table}, line {line}: {key} is there twice")
        found[key] = one
    return found


def _resource(row: Row) -> tuple[str, Resource]:
    return row["spec"], Resource(
        spec=row["spec"],
        label=row["label_en"],
        label_fr=row["label_fr"],
        kind=_one_of(row["kind"], KNOWN_FLOW_KINDS),
        family=row["family"],
        path=row["path"],
        physical=row["physical"],
        waste_codes=frozenset(check_waste_code(code) for code in _words(row["waste_codes"])),
        named_by=frozenset(_words(row["named_by"])),
        cpa_codes=frozenset(_words(row["cpa_codes"])),
        functions=_words(row["functions"]),
        hazard=cast("Hazard", _one_of(row["hazard"], get_args(Hazard))),
        is_perishable=row["perishable"] == "yes",
        hygiene=cast("Hygiene", _one_of(row["hygiene"], get_args(Hygiene))),
        unit=_one_of(row["unit"], ("", *KNOWN_UNITS)),
        kg_per_unit=_number(row["kg_per_unit"]),
        kg_per_m3=_number(row["kg_per_m3"]),
        synonyms=(*_words(row["synonyms_en"]), *_words(row["synonyms_fr"])),
        source=row["source"],
    )


def _rule(row: Row) -> tuple[str, Rule]:
    return row["rule"], Rule(
        name=row["rule"],
        family=cast("RuleFamily", _one_of(row["family"], get_args(RuleFamily))),
        from_spec=row["from_spec"],
        to_spec=row["to_spec"],
        to_function=row["to_function"],
        process=row["process"],
        equipment=row["equipment"],
        processor_role=row["processor_role"],
        yielded=_number(row["yield"]) or Decimal(1),
        quality=_number(row["quality"]) or Decimal(1),
        ratio_min=_number(row["ratio_min"]),
        ratio_max=_number(row["ratio_max"]),
        takes=row["takes"],
        gives_food_grade=row["gives_food_grade"] == "yes",
        status_path=row["status_path"],
        status_since=_day(row["status_since"]),
        status_until=_day(row["status_until"]),
        source=row["source"],
    )


def _activity(row: Row) -> tuple[str, Activity]:
    return row["activity"], Activity(
        code=row["activity"],
        label=row["label_en"],
        takes=_words(row["takes"]),
        source=row["source"],
    )


def _one_of(word: str, known: tuple[str, ...]) -> str:
    if word not in known:
        raise ValueError(f"{word!r} is not one of {', '.join(known)}")
    return word


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
