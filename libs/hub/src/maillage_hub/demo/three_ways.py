"""The same day planned three ways, as the tours service compares them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from maillage_hub.demo.doors import Doors
from maillage_hub.demo.story import Figures, must


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
    return {
        **{one["way"].replace("_", " "): _in_words(one) for one in found["outcomes"]},
        "rounds declared for such a day": f"{declared['distance_km']} km,"
        f" {declared['empty_km']} km empty, {declared['cost']['amount']} euros",
        "shares": [
            f"{one['share']['amount']} euros, saves {one['saving']}" for one in found["accounts"]
        ],
    }


def _in_words(way: Mapping[str, Any]) -> str:
    fills = (
        f"{fill['vehicle_class']} {fill['leg']} {Decimal(fill['load_factor']):.0%}"
        for fill in way["fills"]
    )
    return (
        f"{way['distance_km']} km, {way['empty_km']} km empty, full {', '.join(fills)};"
        f" {Decimal(way['hours']):.1f} h ({Decimal(way['insertion_hours']):.1f} of insertion),"
        f" {way['cost']['amount']} euros, {way['kgco2e']} kgCO2e,"
        f" {way['carried']} carried, {len(way['unserved'])} left"
    )
