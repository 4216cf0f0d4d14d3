"""What is known of resources and of what turns one into another: read from two tables."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Literal, cast, get_args

RuleFamily = Literal["transformation", "reuse", "outlet"]


@dataclass(frozen=True)
class Resource:
    """One kind of thing that flows. `physical` is empty when it comes in several states."""

    spec: str
    label: str
    label_fr: str
    kind: str
    family: str
    physical: str
    waste_codes: frozenset[str]
    functions: frozenset[str]
    is_hazardous: bool
    is_perishable: bool
    kg_per_unit: Decimal | None
    source: str


@dataclass(frozen=True)
class Rule:
    """How one resource serves another end.

    It becomes something else (`transformation`), stays itself (`reuse`), or is taken when several
    firms bring it together (`outlet`).

    `takes` is the contamination it can work with (empty: any).
    `status_path` says how the matter may leave waste law; the advisor judges, never the engine.
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
    ratio_min: Decimal | None
    ratio_max: Decimal | None
    takes: str
    gives_food_grade: bool
    status_path: str
    source: str


@dataclass(frozen=True)
class Knowledge:
    """Both tables; `version` changes with any letter of them."""

    version: str
    resources: Mapping[str, Resource]
    rules: Mapping[str, Rule]

    def spec_of(self, spec: str | None, code: str | None, physical: str | None) -> str | None:
        """The catalogue's word for a resource, or None when what was told does not decide.

        A word the catalogue does not know stays as it is. Within a family (liquid and dry
        biowaste) the physical state decides.
        """
        if spec is not None:
            return self._sibling(spec, physical)
        named = [r for r in self.resources.values() if code is not None and code in r.waste_codes]
        fitting = [r for r in named if r.physical in {physical, ""}]
        if len(fitting) == 1 or (len(named) == 1 and physical is None):
            return (fitting or named)[0].spec
        return None

    def _sibling(self, spec: str, physical: str | None) -> str:
        resource = self.resources.get(spec)
        if resource is None or not resource.family or physical in {None, resource.physical}:
            return spec
        relatives = [r for r in self.resources.values() if r.family == resource.family]
        return next((r.spec for r in relatives if r.physical == physical), spec)

    def states_of(self, code: str) -> frozenset[str]:
        """The physical states between which a waste code leaves the choice, if any."""
        named = [r for r in self.resources.values() if code in r.waste_codes and r.family]
        return frozenset(resource.physical for resource in named)

    def functions_of(self, spec: str | None) -> frozenset[str]:
        """What a resource is good for."""
        resource = self.resources.get(spec or "")
        return resource.functions if resource else frozenset()

    def transformations_from(self, spec: str | None) -> tuple[Rule, ...]:
        """The rules that turn this resource into something else."""
        return self._transformations.get(spec or "", ())

    def reuse_of(self, spec: str | None) -> Rule | None:
        """How this resource is used again as it is, where that is known."""
        return self._reuses.get(spec or "")

    def outlet_of(self, spec: str | None) -> Rule | None:
        """Where this resource goes when several firms bring it together."""
        return self._outlets.get(spec or "")

    def rules_with(self, equipment: str | None) -> frozenset[str]:
        """The names of the rules that need this equipment."""
        named = (rule.name for rule in self.rules.values() if rule.equipment == equipment)
        return frozenset(named) if equipment else frozenset()

    @cached_property
    def transformations(self) -> tuple[Rule, ...]:
        """All rules that turn one resource into another."""
        return tuple(r for r in self.rules.values() if r.family == "transformation")

    @cached_property
    def _transformations(self) -> Mapping[str, tuple[Rule, ...]]:
        found: dict[str, tuple[Rule, ...]] = defaultdict(tuple)
        for rule in self.transformations:
            found[rule.from_spec] += (rule,)
        return dict(found)

    @cached_property
    def _reuses(self) -> Mapping[str, Rule]:
        return {rule.from_spec: rule for rule in self.rules.values() if rule.family == "reuse"}

    @cached_property
    def _outlets(self) -> Mapping[str, Rule]:
        return {rule.from_spec: rule for rule in self.rules.values() if rule.family == "outlet"}


def read_knowledge(resources: str, rules: str) -> Knowledge:
    """The knowledge in the text of both tables; raises ValueError with the row at fault."""
    known = {resource.spec: resource for resource in _read_resources(resources)}
    named = {rule.name: rule for rule in _read_rules(rules)}
    for rule in named.values():
        unknown = {rule.from_spec, rule.to_spec, rule.equipment} - known.keys() - {""}
        if unknown:
            raise ValueError(f"rule {rule.name}: no such resource: {', '.join(sorted(unknown))}")
    version = sha256(f"{resources}\n{rules}".encode()).hexdigest()[:12]
    return Knowledge(version, known, named)


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    return enumerate(csv.DictReader(text.splitlines()), start=2)


def _read_resources(text: str) -> Iterator[Resource]:
    for line, row in _rows(text):
        if not row["spec"] or not row["source"]:
            raise ValueError(f"resources, line {line}: a spec and a source are needed")
        yield Resource(
            spec=row["spec"],
            label=row["label_en"],
            label_fr=row["label_fr"],
            kind=row["kind"],
            family=row["family"],
            physical=row["physical"],
            waste_codes=_words(row["waste_codes"]),
            functions=_words(row["functions"]),
            is_hazardous=row["hazardous"] == "yes",
            is_perishable=row["perishable"] == "yes",
            kg_per_unit=_number(row["kg_per_unit"]),
            source=row["source"],
        )


def _read_rules(text: str) -> Iterator[Rule]:
    for line, row in _rows(text):
        if row["family"] not in get_args(RuleFamily) or not row["source"]:
            raise ValueError(f"rules, line {line}: a family and a source are needed")
        yield Rule(
            name=row["rule"],
            family=cast("RuleFamily", row["family"]),
            from_spec=row["from_spec"],
            to_spec=row["to_spec"],
            to_function=row["to_function"],
            process=row["process"],
            equipment=row["equipment"],
            processor_role=row["processor_role"],
            yielded=_number(row["yield"]) or Decimal(1),
            ratio_min=_number(row["ratio_min"]),
            ratio_max=_number(row["ratio_max"]),
            takes=row["takes"],
            gives_food_grade=row["gives_food_grade"] == "yes",
            status_path=row["status_path"],
            source=row["source"],
        )


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|")) if text else frozenset()


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
