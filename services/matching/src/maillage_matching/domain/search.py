"""By which words flows find one another: what a flow is, and what its counterpart may be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from maillage_contracts.vocabulary import GeoPoint, is_starred
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.gates_of_matter import MATTER
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.nearby import Sought
from maillage_matching.domain.pair import Ask, Side, token_of_function, token_of_spec
from maillage_matching.domain.resource import Rule


@dataclass(frozen=True)
class Keys:
    """The words a flow is found under, and where; none while it may not be matched.

    `stream` groups what may be pooled in one zone.
    """

    words: frozenset[str]
    stream: str | None
    at: GeoPoint | None = None


def keys_of(side: Side, knowledge: Knowledge) -> Keys:
    """What to store a flow under, so that one query finds its counterparts."""
    flow = side.flow
    tokens = side.tokens if flow.is_matchable else ()
    words = frozenset(word(flow.direction, token) for token in tokens)
    return Keys(words, stream_of(side, knowledge), flow.position)


def word(direction: str, token: str) -> str:
    """What offers, or needs, stand under: a need seeks among offers, and the reverse."""
    return f"{direction} {token}"


def counterparts_of(side: Side, km: float, knowledge: Knowledge) -> Sought:
    """Where to look for its counterparts: under which words, and so far in a straight line."""
    other = "in" if side.flow.direction == "out" else "out"
    words = frozenset(word(other, token) for token in sought_by(side, knowledge))
    return Sought(words, side.flow.position, km)


def sought_by(side: Side, knowledge: Knowledge) -> frozenset[str]:
    """What its counterpart may be: the same, or what a rule makes of the one or the other."""
    sought = set(side.tokens)
    if side.flow.direction == "out":
        for rule in knowledge.transformations_from(side.spec):
            sought |= set(tokens_made(rule, knowledge))
    else:
        for rule in knowledge.transformations_to(side.spec, side.functions):
            sought.add(token_of_spec(rule.from_spec))
    return frozenset(sought)


def tokens_made(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    """The words under which those are found whom a rule serves."""
    if rule.to_spec:
        yield token_of_spec(rule.to_spec)
    yield from (token_of_function(one) for one in knowledge.functions_made(rule))


def stream_of(side: Side, knowledge: Knowledge) -> str | None:
    """The stream of its activity zone that it may be pooled in, or None."""
    return stream_at(side, side.flow.activity_zone, knowledge)


def stream_at(side: Side, place: str | None, knowledge: Knowledge) -> str | None:
    """The stream it may be pooled in at a place, or None: direction, resource, place, and hazard.

    Whoever wants to pool may, and all matter that leaves a firm.
    """
    flow = side.flow
    poolable = flow.intent == "pool" or (flow.direction == "out" and flow.kind in MATTER)
    if not poolable or place is None or unnamed(side, knowledge) is not None:
        return None
    resource = knowledge.resources.get(side.spec or "")
    by_kind = bool(resource and resource.is_hazardous)
    hazardous = flow.is_hazardous or is_starred(flow.waste_code) or by_kind
    apart = ":hazardous" if hazardous else ""
    return f"stream:{flow.direction}:{side.resource}:{place}{apart}"


def unnamed(side: Side, knowledge: Knowledge) -> Ask | None:
    """The question to ask of a flow that nothing can be compared with, if it is one."""
    flow = side.flow
    if side.spec is not None:
        return None
    if flow.waste_code is not None and flow.physical is None:
        states = sorted(knowledge.states_of(flow.waste_code))
        if states:
            why = f"{' or '.join(states)}: the outlet is another one"
            return Ask(flow.flow_id, "physical", why)
    if flow.waste_code is None and not side.functions:
        return Ask(flow.flow_id, "spec", "nobody can be found for it without knowing what it is")
    return None


def is_answered(flow: Flow, attribute: str) -> bool:
    """Whether a flow now tells what was asked; an unknown attribute is never told."""
    told = getattr(flow, attribute, None)
    return told is not None and told != Decimal(0)


def turns_on(side: Side, today: date) -> date | None:
    """The next day on which something about it begins or is over, if any is told."""
    flow = side.flow
    credentials = side.actor.credentials if side.actor else ()
    begins = [flow.available_from, *(one.valid_from for one in credentials)]
    over = [flow.available_until, *(one.valid_to for one in credentials)]
    days = [day for day in begins if day] + [day + timedelta(days=1) for day in over if day]
    return min((day for day in days if day > today), default=None)
