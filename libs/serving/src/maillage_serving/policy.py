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


EVERYBODY: tuple[Role, ...] = get_args(Role)

REGISTRY: dict[str, Rule] = {
    # `service` imports what a territory pack holds; what a person decides is not in a pack.
    "registry.actor.register": may("advisor", "operator", "service"),
    "registry.actor.change": may("advisor", "operator", "service"),
    "registry.actor.move": may("advisor", "operator"),
    "registry.actor.close": may("advisor", "operator"),
    # Mutual knowledge of actors is capital: all may read them, sole traders masked.
    "registry.actor.read": may(*EVERYBODY),
    "registry.site.write": may("advisor", "operator", own=("actor",)),
    "registry.credential.write": may("advisor", "operator"),
    "registry.consent.read": may(
        "advisor", "dispatcher", "observer", "operator", "service", own=("actor",)
    ),
    "registry.consent.write": may("advisor", "operator", own=("actor",)),
    # Personal data: whoever accompanies the actor, and the actor.
    "registry.contact.read": may("advisor", own=("actor",)),
    "registry.contact.write": may("advisor", own=("actor",)),
    "registry.hub.read": may(*EVERYBODY),
    "registry.hub.write": may("advisor", "operator", "dispatcher", "service"),
    "registry.vehicle.read": may(*EVERYBODY),
    "registry.vehicle.write": may("advisor", "operator", "dispatcher", "service"),
    "registry.zone.read": may(*EVERYBODY),
    "registry.zone.write": may("advisor", "operator", "service"),
}

FLOWS: dict[str, Rule] = {
    "flows.flow.declare": may("advisor", "service", own=("actor",)),
    # Whatever the role, a reader sees what is shown to members, and an actor also its own.
    "flows.flow.read": may("advisor", "dispatcher", "actor", "observer", "service"),
    "flows.flow.change": may("advisor", "service", own=("actor",)),
    "flows.flow.qualify": may("advisor"),
    "flows.flow.release": may("advisor"),
    "flows.note.take": may("advisor", "dispatcher"),
    "flows.note.read": may("advisor"),
    "flows.question.ask": may("advisor"),
    "flows.question.read": may("advisor", own=("actor",)),
    "flows.question.answer": may("advisor", own=("actor",)),
    "flows.round.declare": may("advisor", "dispatcher", "service", own=("actor",)),
    "flows.round.read": may("advisor", "dispatcher", "actor", "observer", "service"),
}

MATCHING: dict[str, Rule] = {
    # No actor is told of a lead, and operators see no business data.
    "matching.lead.read": may("advisor", "service"),
    "matching.lead.propose": may("advisor"),
    "matching.lead.decide": may("advisor"),
    "matching.suppression.read": may("advisor"),
    "matching.suppression.write": may("advisor"),
    "matching.ruling.read": may("advisor"),
    "matching.ruling.decide": may("advisor"),
    # A party hears of its case from the introduction on.
    "matching.case.read": may("advisor", own=("actor",)),
    "matching.case.work": may("advisor"),
    "matching.synergy.read": may("advisor", "dispatcher", "service", own=("actor",)),
    "matching.synergy.agree": may("advisor"),
    # What is told to other territories, and what is made of what they tell.
    "matching.pattern.decide": may("advisor"),
    "matching.pattern.suggest": may("advisor", "service"),
    "matching.engine.read": may("advisor", "operator"),
    "matching.engine.set": may("advisor", "operator"),
    "matching.summary.read": may("advisor", "dispatcher", "observer"),
    # Words are for everybody; what firms want to be rid of, even without names, for who advises.
    "matching.resource.read": may(*EVERYBODY),
    "matching.prospect.read": may("advisor"),
    # Kept reports, without what could tell of one firm; advisors see all of them, and today.
    "matching.link.read": may("advisor", "dispatcher", "actor", "observer", "service"),
    # Who lends and who borrows say so themselves, or have their advisor say it.
    "matching.sharing.write": may("advisor", own=("actor",)),
    "matching.sharing.read": may("advisor", own=("actor",)),
    # When a thing is promised, not to whom: who lends lets it be known.
    "matching.calendar.read": may("advisor", "actor"),
}

TOURS: dict[str, Rule] = {
    # An actor has to do with the orders that start or end at it.
    "tours.order.request": may("dispatcher", "service", own=("actor",)),
    "tours.order.import": may("dispatcher", "service"),
    "tours.order.read": may("advisor", "dispatcher", "service", own=("actor",)),
    "tours.order.accept": may("dispatcher"),
    "tours.order.cancel": may("dispatcher", own=("actor",)),
    # Who drives a round, and whose goods would ride on it.
    "tours.ride.agree": may("dispatcher", own=("actor",)),
    "tours.standing.write": may("dispatcher", "service"),
    "tours.standing.read": may("advisor", "dispatcher", "service"),
    "tours.plan.make": may("dispatcher"),
    "tours.plan.publish": may("dispatcher"),
    # Nothing is planned by it: what each actor would have driven alone, for the ledger.
    "tours.plan.compare": may("advisor", "dispatcher", "service"),
    "tours.plan.read": may("advisor", "dispatcher", "service"),
    "tours.tour.read": may("advisor", "dispatcher", "service"),
    "tours.tour.drive": may("dispatcher"),
    # Who runs a hub keeps its stock; who hands waste over or treats it keeps its tracking note.
    "tours.stock.read": may("advisor", "dispatcher", "service", own=("actor",)),
    "tours.stock.write": may("dispatcher", "service", own=("actor",)),
    "tours.custody.read": may("advisor", "dispatcher", "service", own=("actor",)),
    "tours.custody.write": may("dispatcher", "service", own=("actor",)),
    "tours.unit.read": may("advisor", "dispatcher", "service"),
    "tours.unit.write": may("dispatcher", "service"),
}

IMPACT: dict[str, Rule] = {
    "impact.statement.read": may("advisor", "dispatcher", "observer", "service"),
    "impact.statement.correct": may("advisor"),
    "impact.figure.record": may("advisor"),
    "impact.baseline.establish": may("advisor", "service"),
    "impact.baseline.approve": may("advisor"),
}

POLICY: Mapping[str, Rule] = REGISTRY | FLOWS | MATCHING | TOURS | IMPACT
