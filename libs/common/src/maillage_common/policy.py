"""Who may do what: one table for all services. Every route names one of these permissions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["advisor", "dispatcher", "actor", "observer", "operator", "service"]
ROLES: frozenset[str] = frozenset(get_args(Role))


@dataclass(frozen=True)
class Rule:
    """The roles that may; those of `own` only for what belongs to their own organisation."""

    roles: frozenset[Role]
    own: frozenset[Role] = frozenset()

    def allows(self, roles: frozenset[str]) -> bool:
        """Whether one of these roles may, at least for its own organisation."""
        return bool(roles & (self.roles | self.own))

    def confines(self, roles: frozenset[str]) -> bool:
        """Whether these roles may only for their own organisation."""
        return self.allows(roles) and not roles & self.roles


def may(*roles: Role, own: tuple[Role, ...] = ()) -> Rule:
    """The rule of one permission."""
    return Rule(frozenset(roles), frozenset(own))


REGISTRY: dict[str, Rule] = {
    "registry.actor.register": may("advisor", "service"),
}

FLOWS: dict[str, Rule] = {
    "flows.flow.declare": may("advisor", "service", own=("actor",)),
    "flows.flow.read": may("advisor", "dispatcher", "service", own=("actor",)),
}

MATCHING: dict[str, Rule] = {
    "matching.lead.read": may("advisor", "service"),
}

TOURS: dict[str, Rule] = {
    "tours.order.read": may("advisor", "dispatcher", "service"),
}

IMPACT: dict[str, Rule] = {
    "impact.statement.read": may("advisor", "dispatcher", "observer", "service"),
    "impact.statement.correct": may("advisor"),
    "impact.baseline.establish": may("advisor", "service"),
    "impact.baseline.approve": may("advisor"),
}

POLICY: Mapping[str, Rule] = REGISTRY | FLOWS | MATCHING | TOURS | IMPACT
