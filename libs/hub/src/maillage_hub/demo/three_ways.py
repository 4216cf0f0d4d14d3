"""The same day planned three ways, as the tours service compares them."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from maillage_hub.demo.doors import Doors
from maillage_hub.demo.story import Figures, must

REASONS_MAX = 3
"""So many reasons are told for each way; the page of the comparison names all orders."""


async def three_ways(doors: Doors, asked: Mapping[str, Any], *, orders: int) -> Figures:
    """Ask for a comparison of so many orders, read it back, and say each way in a line."""
    made = await doors.plan("/v1/comparisons", asked)
    found = await doors.get("dispatcher", "tours", f"/v1/comparisons/{made['id']}")
    must(found["orders"] == orders, f"{found['orders']} orders were compared, not {orders}")
    for way in found["outcomes"]:
        must(way["carried"] + len(way["unserved"]) == orders, f"{way['way']} lost orders")
        must(all(one["reason"] for one in way["unserved"]), "an order is left without a reason")
    borne = sum(Decimal(one["share"]["amount"]) for one in found["accounts"])
    cost = Decimal(found["outcomes"][-1]["cost"]["amount"])
    must(borne == cost, f"{borne} euros are borne of {cost}")
    declared = found["declared"]
    ways = {one["way"].replace("_", " "): one for one in found["outcomes"]}
    return {
        **{name: _in_words(way) for name, way in ways.items()},
        **{f"left, {name}": _why(way) for name, way in ways.items() if way["unserved"]},
        "rounds declared for such a day": f"{declared['distance_km']} km,"
        f" {declared['empty_km']} km empty, {declared['cost']['amount']} euros",
        "shares": [f"{one['share']['amount']} euros, {_saves(one)}" for one in found["accounts"]],
    }


def _saves(account: Mapping[str, Any]) -> str:
    if account["saving"] is not None:
        return f"saves {account['saving']}"
    left = f"{account['unserved_alone']} alone, {account['unserved_shared']} shared"
    return f"of {account['orders']} orders left: {left}"


def _why(way: Mapping[str, Any]) -> list[str]:
    """What most orders are left for."""
    reasons = Counter(one["reason"] for one in way["unserved"])
    return [f"{count}: {reason}" for reason, count in reasons.most_common(REASONS_MAX)]


def _in_words(way: Mapping[str, Any]) -> str:
    fills = (
        f"{fill['vehicle_class']} {fill['leg']} {Decimal(fill['load_factor']):.0%}"
        for fill in way["fills"]
    )
    return (
        f"{way['distance_km']} km, {way['empty_km']} km empty, full {', '.join(fills)};"
        f" {Decimal(way['hours']):.1f} h ({Decimal(way['insertion_hours']):.1f} of insertion),"
        f" {way['cost']['amount']} euros, {way['kgco2e']} kgCO2e,"
        f" {way['carried']} carried, {len(way['unserved'])} left;"
        f" by order carried {_each(way['per_order'])}"
        f"{'; cut by the clock' if way['was_cut'] else ''}"
    )


def _each(figures: Mapping[str, Any] | None) -> str:
    """What one order carried takes; nothing where none was."""
    if figures is None:
        return "nothing"
    cost, km, hours, kg = (
        Decimal(figures[one]) for one in ("cost", "distance_km", "hours", "kgco2e")
    )
    return f"{cost:.2f} euros, {km:.2f} km, {hours:.2f} h, {kg:.3f} kgCO2e"
