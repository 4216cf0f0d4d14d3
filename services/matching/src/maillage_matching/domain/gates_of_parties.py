"""Gates about the two actors: whether they want to, may meet, and are near enough."""

from maillage_matching.domain.flow import WILLING, Flow
from maillage_matching.domain.pair import Gate, Ground, Pair, Side, asks, fails, passes, unknown
from maillage_matching.domain.suppression import Suppression

LIFTED = "the suppression is lifted"
TAKES_PART = frozenset({"active", "dormant"})


def parties(pair: Pair, _ground: Ground) -> Gate:
    """Two actors, both known and active."""
    if pair.offer.flow.actor_id == pair.need.flow.actor_id:
        return fails("parties", "both flows are of the same actor", "a flow of somebody else")
    for side in (pair.offer, pair.need):
        if side.actor is None:
            return unknown("parties", "one of the actors has not been heard of yet")
        if side.actor.status not in TAKES_PART:
            said = f"{side.name} is {side.actor.status}"
            return fails("parties", said, f"{side.name} is active again")
    return passes("parties", "two actors that are known and active")


def willingness(pair: Pair, _ground: Ground) -> Gate:
    """Both firms want to work on it, and their declarations are open."""
    for side in (pair.offer, pair.need):
        flow = side.flow
        if flow.status != "open":
            return fails("willingness", f"{_whose(side)} is {flow.status}", "it must be open")
        if flow.willingness not in WILLING or flow.intent == "inform":
            return fails(
                "willingness",
                f"{side.name} does not want to work on {flow.label}",
                f"{side.name} says that it is open to it",
            )
    return passes("willingness", "both want to work on it")


def consent(pair: Pair, _ground: Ground) -> Gate:
    """Nobody withdrew the use of its data for matching."""
    for side in (pair.offer, pair.need):
        if side.actor is not None and "matching" in side.actor.refuses:
            return fails(
                "consent",
                f"{side.name} withdrew its consent to matching",
                f"{side.name} gives it again",
            )
    return passes("consent", "nobody withdrew the use of its data")


def competitors(pair: Pair, ground: Ground) -> Gate:
    """Nobody said that they are rivals; of two firms of one trade nobody knows."""
    found = _apart(pair, ground)
    if found is not None and found.reason == "competitors":
        return fails("competitors", f"competitors, until {found.until}", LIFTED)
    one, other = pair.offer.actor, pair.need.actor
    if one and other and one.sector is not None and one.sector == other.sector:
        return unknown("competitors", f"both are firms of {one.sector}: they may be competitors")
    return passes("competitors", "nobody said that they are competitors")


def suppression(pair: Pair, ground: Ground) -> Gate:
    """No advisor turned this down for now."""
    found = _apart(pair, ground)
    if found is not None and found.reason != "competitors":
        return fails(
            "suppression",
            f"turned down until {found.until}: {found.reason}",
            LIFTED,
        )
    return passes("suppression", "nobody turned this down")


def _apart(pair: Pair, ground: Ground) -> Suppression | None:
    if not ground.suppressions.keeps_anybody_apart:
        return None
    return ground.suppressions.between(
        pair.offer.flow.actor_id,
        pair.need.flow.actor_id,
        pair.offer.resource,
        {side.flow.flow_id: side.yearly for side in (pair.offer, pair.need)},
        rule=pair.rule.name if pair.rule else None,
    )


def distance(pair: Pair, ground: Ground) -> Gate:
    """Near enough for this territory."""
    km_max = ground.policy.distance_km_max
    if pair.km is not None:
        if pair.km > km_max:
            said = f"{pair.km} km by road, {km_max:g} at most here"
            return fails("distance", said, "a site on the way, or a larger distance allowed here")
        return passes("distance", f"{pair.km} km by road, {km_max:g} at most here")
    if pair.offer.flow.activity_zone and _same_zone(pair.offer.flow, pair.need.flow):
        return passes("distance", f"both in the zone {pair.offer.flow.activity_zone}")
    nowhere = next(side.flow for side in (pair.offer, pair.need) if side.flow.position is None)
    return asks("distance", nowhere, "position", "where it is decides whether it is near enough")


def _same_zone(one: Flow, other: Flow) -> bool:
    return one.activity_zone == other.activity_zone


def season(pair: Pair, ground: Ground) -> Gate:
    """Both are there at the same time, and not all in the past."""
    offer, need = pair.offer.flow, pair.need.flow
    if not (offer.is_seasonal or need.is_seasonal):
        return passes("season", "all year")
    starts = [d for d in (offer.available_from, need.available_from) if d]
    ends = [d for d in (offer.available_until, need.available_until) if d]
    start, end = max(starts, default=None), min(ends, default=None)
    if end is not None and end < ground.today:
        return fails("season", f"over since {end}", "it is declared again")
    if start is not None and end is not None and end < start:
        said = f"the one is over on {end}, the other starts on {start}"
        return fails("season", said, "a place to store it in between, or other dates")
    return passes("season", f"both there from {start or 'now'} to {end or 'further notice'}")


def _whose(side: Side) -> str:
    return f"{side.flow.label} of {side.name}"
