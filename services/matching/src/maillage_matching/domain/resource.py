"""What the tables hold: kinds of things that flow, what turns one into another, who takes what."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

RuleFamily = Literal["transformation", "reuse", "outlet"]
Hazard = Literal["", "mirror", "hazardous"]
Hygiene = Literal["", "food", "food_contact", "animal_by_product", "sanitary"]


@dataclass(frozen=True)
class Resource:
    """One kind of thing that flows. `physical` is empty when it comes in several states.

    `path` is its place in the taxonomy. `functions` are what it serves for as it is, the main one
    first. `named_by` are the waste codes that name it alone. A `mirror` hazard depends on what it
    contains: its code has a twin with a star. `kg_per_unit` and `kg_per_m3` turn counts and volumes
    into mass.
    """

    spec: str
    label: str
    label_fr: str
    kind: str
    family: str
    path: str
    physical: str
    waste_codes: frozenset[str]
    named_by: frozenset[str]
    cpa_codes: frozenset[str]
    functions: tuple[str, ...]
    hazard: Hazard
    is_perishable: bool
    hygiene: Hygiene
    unit: str
    kg_per_unit: Decimal | None
    kg_per_m3: Decimal | None
    synonyms: tuple[str, ...]
    source: str

    @property
    def is_hazardous(self) -> bool:
        """Whether it is, whatever it contains."""
        return self.hazard == "hazardous"

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called, in both languages."""
        return (self.label, self.label_fr, *self.synonyms)


@dataclass(frozen=True)
class Rule:
    """How one resource serves another end.

    It becomes something else (`transformation`), stays itself (`reuse`), or is taken when several
    firms bring it together (`outlet`).

    `yielded` is what comes out of one unit, `quality` how well it replaces the new thing (at most
    1). `takes` is the contamination it can work with (empty: any). `status_path` says how the
    matter may leave waste law, and since which act; the advisor judges, never the engine.
    """

    name: str
    family: RuleFamily
    from_spec: str
    to_spec: str
    to_function: str
    process: str
    equipment: str
    processor_role: str
    yielded: Decimal
    quality: Decimal
    ratio_min: Decimal | None
    ratio_max: Decimal | None
    takes: str
    gives_food_grade: bool
    status_path: str
    status_since: date | None
    status_until: date | None
    source: str
    before: "Rule | None" = None
    """The step that comes first, where two are needed."""

    @property
    def machines(self) -> tuple[str, ...]:
        """What has to be there for all its steps, in their order."""
        needed = (self.before.equipment if self.before else "", self.equipment)
        return tuple(dict.fromkeys(one for one in needed if one))

    def holds_on(self, day: date) -> bool:
        """Whether the act that its status path rests on is in force that day."""
        begun = self.status_since is None or self.status_since <= day
        return begun and (self.status_until is None or day <= self.status_until)


THEN = "-then-"
"""Between the processes of two steps."""


def chained(first: Rule, then: Rule) -> Rule:
    """Two rules as one: what comes out of the first goes into the second."""
    begun = [day for day in (first.status_since, then.status_since) if day]
    over = [day for day in (first.status_until, then.status_until) if day]
    return replace(
        then,
        name=f"{first.name}.{then.name}",
        from_spec=first.from_spec,
        process=f"{first.process}{THEN}{then.process}",
        yielded=first.yielded * then.yielded,
        quality=first.quality * then.quality,
        takes=first.takes,
        status_path="; then ".join(dict.fromkeys((first.status_path, then.status_path))),
        status_since=max(begun, default=None),
        status_until=min(over, default=None),
        source="; then ".join(dict.fromkeys((first.source, then.source))),
        before=first,
    )


@dataclass(frozen=True)
class Activity:
    """What firms of a NACE division, group or class usually take in, the first most of all."""

    code: str
    label: str
    takes: tuple[str, ...]
    source: str
