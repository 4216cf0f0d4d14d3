"""What is known of resources, of what turns one into another, and of who takes what in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from maillage_matching.domain.completion import Names
from maillage_matching.domain.resource import Activity, Resource, Rule, chained

T = TypeVar("T")

A_USE = "use/"
"""Branch of the taxonomy for what is asked for by its use."""
SECTOR_DIGITS = (4, 3, 2)
"""Class, group and division of a NACE code."""


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The three tables; `version` changes with any letter of them, and with how they are used."""

    version: str
    resources: Mapping[str, Resource]
    rules: Mapping[str, Rule]
    activities: Mapping[str, Activity]

    def spec_of(self, spec: str | None, code: str | None, physical: str | None) -> str | None:
        """The catalogue's word for a resource, or None when what was told does not decide.

        A word the catalogue does not know stays as it is. Within a family (liquid and dry
        biowaste) the physical state decides.
        """
        if spec is not None:
            return self._sibling(spec, physical)
        named = self._named_by.get(code or "") or self.listing(code)
        fitting = [r for r in named if r.physical in {physical, ""}]
        if len(fitting) == 1 or (len(named) == 1 and physical is None):
            return (fitting or named)[0].spec
        return None

    def _sibling(self, spec: str, physical: str | None) -> str:
        resource = self.resources.get(spec)
        if resource is None or not resource.family or physical in {None, resource.physical}:
            return spec
        relatives = self._families[resource.family]
        return next((r.spec for r in relatives if r.physical == physical), spec)

    def listing(self, code: str | None) -> tuple[Resource, ...]:
        """The resources that may come under this waste code, its star or not."""
        return self._by_code.get((code or "").rstrip("*"), ())

    def states_of(self, code: str) -> frozenset[str]:
        """The physical states between which a waste code leaves the choice, if any."""
        return frozenset(one.physical for one in self.listing(code) if one.family)

    def functions_of(self, spec: str | None) -> frozenset[str]:
        """What a resource is good for."""
        resource = self.resources.get(spec or "")
        return frozenset(resource.functions) if resource else frozenset()

    def class_of(self, resource: str) -> str:
        """Its place in the taxonomy; what is not in the catalogue is a class of its own."""
        known = self.resources.get(resource)
        return known.path if known else resource

    def wanted_with(self, spec: str | None) -> tuple[str, ...]:
        """What somebody who asks for this resource wants it for: its main function.

        Of what is a use rather than a thing ("fuel"), all of them.
        """
        resource = self.resources.get(spec or "")
        if resource is None:
            return ()
        return resource.functions if resource.path.startswith(A_USE) else resource.functions[:1]

    def activity_of(self, sector: str | None) -> Activity | None:
        """What is known of firms of this NACE code: of its class, else its group or division."""
        digits = "".join(one for one in sector or "" if one.isdigit())
        found = (self._activities.get(digits[:n]) for n in SECTOR_DIGITS if len(digits) >= n)
        return next((one for one in found if one), None)

    def transformations_from(self, spec: str | None) -> tuple[Rule, ...]:
        """The rules, and the chains of two, that turn this resource into something else."""
        return self._transformations.get(spec or "", ())

    def transformations_to(self, spec: str | None, functions: frozenset[str]) -> tuple[Rule, ...]:
        """Those that make this resource, or something that serves for one of these."""
        ends = (spec or "", *map(use, sorted(functions)))
        return tuple(dict.fromkeys(rule for end in ends for rule in self._makers.get(end, ())))

    def functions_made(self, rule: Rule) -> frozenset[str]:
        """What serves for what once a rule was followed."""
        made = self.functions_of(rule.to_spec)
        return made | {rule.to_function} if rule.to_function else made

    def ends_of(self, rule: Rule) -> tuple[str, ...]:
        """What a rule leads to: a resource, and uses (`use:...`)."""
        uses = map(use, sorted(self.functions_made(rule)))
        return (rule.to_spec, *uses) if rule.to_spec else tuple(uses)

    def serves(self, rule: Rule, spec: str | None, functions: frozenset[str]) -> bool:
        """Whether what a rule makes is this resource, or serves for one of these functions."""
        return bool(
            (rule.to_spec and rule.to_spec == spec) or self.functions_made(rule) & functions
        )

    def rule_named(self, name: str | None) -> Rule | None:
        """A rule of the table or a chain of two, by its name."""
        return self.rules.get(name or "") or self._chains.get(name or "")

    def reuse_of(self, spec: str | None) -> Rule | None:
        """How this resource is used again as it is, where that is known."""
        return self._reuses.get(spec or "")

    def outlet_of(self, spec: str | None) -> Rule | None:
        """Where this resource goes when several firms bring it together."""
        return self._outlets.get(spec or "")

    def rules_with(self, equipment: str | None) -> frozenset[str]:
        """The names of the rules that need this equipment."""
        return self._rules_by_machine.get(equipment or "", frozenset())

    @cached_property
    def _rules_by_machine(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for rule in (*self.rules.values(), *self._chains.values()):
            for machine in rule.machines:
                found.setdefault(machine, set()).add(rule.name)
        return {machine: frozenset(names) for machine, names in found.items()}

    @cached_property
    def names(self) -> Names:
        """Everything that resources are called, to be found by free text."""
        return Names({one.spec: one.names for one in self.resources.values()})

    @cached_property
    def activity_names(self) -> Names:
        """What activities are called."""
        return Names({one.code: (one.label,) for one in self.activities.values()})

    @cached_property
    def transformations(self) -> tuple[Rule, ...]:
        """All rules that turn one resource into another, one step first, then two."""
        return (*self._steps, *self._chains.values())

    @cached_property
    def _steps(self) -> tuple[Rule, ...]:
        return tuple(r for r in self.rules.values() if r.family == "transformation")

    @cached_property
    def _chains(self) -> Mapping[str, Rule]:
        onward = _grouped((rule.from_spec, rule) for rule in self._steps)
        pairs = ((one, then) for one in self._steps for then in onward.get(one.to_spec, ()))
        chains = (chained(*pair) for pair in pairs if _leads_on(*pair))
        direct = {(rule.from_spec, end) for rule in self._steps for end in self.ends_of(rule)}
        return {
            rule.name: rule
            for rule in chains
            if any((rule.from_spec, end) not in direct for end in self.ends_of(rule))
        }

    @cached_property
    def _transformations(self) -> Mapping[str, tuple[Rule, ...]]:
        return _grouped((rule.from_spec, rule) for rule in self.transformations)

    @cached_property
    def _makers(self) -> Mapping[str, tuple[Rule, ...]]:
        return _grouped((end, rule) for rule in self.transformations for end in self.ends_of(rule))

    @cached_property
    def _by_code(self) -> Mapping[str, tuple[Resource, ...]]:
        listed = ((r, code) for r in self.resources.values() for code in r.waste_codes)
        return _grouped((code.rstrip("*"), r) for r, code in listed)

    @cached_property
    def _families(self) -> Mapping[str, tuple[Resource, ...]]:
        return _grouped((r.family, r) for r in self.resources.values() if r.family)

    @cached_property
    def _named_by(self) -> Mapping[str, tuple[Resource, ...]]:
        return _grouped((code, r) for r in self.resources.values() for code in r.named_by)

    @cached_property
    def _activities(self) -> Mapping[str, Activity]:
        return {one.code.replace(".", ""): one for one in self.activities.values()}

    @cached_property
    def _reuses(self) -> Mapping[str, Rule]:
        return {rule.from_spec: rule for rule in self.rules.values() if rule.family == "reuse"}

    @cached_property
    def _outlets(self) -> Mapping[str, Rule]:
        return {rule.from_spec: rule for rule in self.rules.values() if rule.family == "outlet"}


def use(function: str) -> str:
    """A function among the ends of rules."""
    return f"use:{function}"


def _leads_on(first: Rule, then: Rule) -> bool:
    """Whether the second step goes on from the first, and not around in a ring."""
    return len({first.from_spec, first.to_spec, then.to_spec}) == len(("from", "through", "to"))


def _grouped(pairs: Iterable[tuple[str, T]]) -> Mapping[str, tuple[T, ...]]:
    found: dict[str, tuple[T, ...]] = defaultdict(tuple)
    for key, one in pairs:
        found[key] += (one,)
    return dict(found)
