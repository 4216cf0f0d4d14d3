"""Which demands are clients of a depot for PyVRP, and in which hours their doors are served."""

from collections.abc import Iterable
from dataclasses import dataclass

from maillage_tours.domain.problem import BASE, Demand, Problem

CLIENT_WIDTH_MIN_S = 3600
"""Below this, an order of a hub is not squeezed into the narrower windows of a client."""


@dataclass(frozen=True)
class Window:
    """When a client is served, and when its goods can leave the depot."""

    opens_s: int
    closes_s: int
    release_s: int


def client_window(problem: Problem, demand: Demand, *, is_return: bool) -> Window | None:
    """The window in which the door is served from a depot so that the hub's window holds too.

    None when the goods neither come from nor go to a hub where one of their carriers is based, or
    when too little of the customer's window would be left.
    """
    hub, door = (demand.dropoff, demand.pickup) if is_return else (demand.pickup, demand.dropoff)
    based = [
        problem.carriers[c]
        for c in demand.carriers
        if hub.point in {BASE, problem.carriers[c].base}
    ]
    ways = {(carrier.profile, carrier.base) for carrier in based}
    if not ways or not all(problem.hubs[base] for _, base in ways):
        return None
    visit_s = max(problem.setup_s[base] for _, base in ways)
    if is_return:
        way_s = max(problem.seconds[profile][door.point][base] for profile, base in ways)
        ends_s = max(carrier.closes_s for carrier in based)
        opens_s = max(door.opens_s, hub.opens_s - way_s - visit_s - door.handling_s)
        window = Window(opens_s, door.closes_s, 0)
        if hub.closes_s < ends_s:
            return None
    else:
        # Who is there so soon cannot have left the hub too late, whatever was on the way.
        way_s = min(problem.seconds[profile][base][door.point] for profile, base in ways)
        latest_s = hub.closes_s + way_s + problem.setup_s[door.point]
        window = Window(door.opens_s, min(door.closes_s, latest_s), max(0, hub.opens_s + visit_s))
    was_cut = (window.opens_s, window.closes_s) != (door.opens_s, door.closes_s)
    width_s = window.closes_s - window.opens_s
    return None if width_s < (CLIENT_WIDTH_MIN_S if was_cut else 0) else window


def hubs_of(bases: Iterable[int], points: Iterable[int]) -> frozenset[int]:
    """The hubs among the points; each base when one of them is any base."""
    found = frozenset(points)
    return (found - {BASE}) | frozenset(bases) if BASE in found else found
