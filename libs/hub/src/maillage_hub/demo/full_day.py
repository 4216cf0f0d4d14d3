"""Marseille at full size: 350 deliveries and 40 returns, planned, given out, held three ways."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from maillage_contracts.tours import TourPublished, TransportOrderRequested
from maillage_hub.demo.hub_view import HubView
from maillage_hub.demo.story import Figures, must
from maillage_hub.demo.three_ways import three_ways
from maillage_hub.packs.documents import day

NAME = "full_day"
TITLE = "Marseille, a day at full size: members, a hub, bikes, and what comes back"
SEARCHED = {"iterations": 300, "seconds": 8}
REASONS_TOLD = 5


@dataclass
class FullDay:
    """The story, step by step."""

    hub: HubView
    today: date
    plan_id: str = ""
    tours: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def play(self) -> None:
        """Play all of it; raises NotTrue at the first step that does not hold."""
        step = self.hub.story.step
        await step("everybody of the day is imported", self.hub.import_all)
        await step("its orders are events", self.orders)
        await step("each order is on a checked tour, or it is said why not", self.plan)
        await step("the dispatcher publishes the tours", self.publish)
        await step("the full day is planned three ways, side by side", self.compare)

    @property
    def on(self) -> date:
        """The working day after the next."""
        return date.fromisoformat(day("J+2", self.today))

    @property
    def asked(self) -> dict[str, Any]:
        """The day to plan, and how long to search."""
        return {"on": self.on.isoformat(), "limits": SEARCHED}

    async def orders(self) -> Figures:
        wanted = self._order_ids()
        seen = await self.hub.log.find_all(
            TransportOrderRequested, lambda e: str(e.order.order_id) in wanted, len(wanted)
        )
        orders = [found.received.event.order for found in seen]
        return {
            "deliveries": sum(not o.is_return for o in orders),
            "returns": sum(o.is_return for o in orders),
            "cold": sum(o.load.temperature == "cold" for o in orders),
            "mass": f"{sum(o.load.mass_kg for o in orders)} kg",
            "from": f"{len({o.pickup.label for o in orders if not o.is_return})} doors",
            "to": f"{len({o.dropoff.label for o in orders if not o.is_return})} doors",
        }

    async def plan(self) -> Figures:
        made = await self.hub.doors.post("dispatcher", "tours", "/v1/plans", self.asked)
        self.plan_id = made["id"]
        plan = await self.hub.doors.get("dispatcher", "tours", f"/v1/plans/{self.plan_id}")
        self.tours = plan["tours"]
        carried = {
            order for tour in self.tours for stop in tour["stops"] for order in stop["order_ids"]
        }
        left = {one["order_id"]: one["reason"] for one in plan["unplanned"]}
        must(carried | left.keys() == self._order_ids(), "an order is neither on a tour nor left")
        must(not carried & left.keys(), "an order is on a tour and left")
        must(all(left.values()), "an order is left without a reason")
        totals, drivers = plan["totals"], _count(self.tours, "vehicle_class")
        return {
            "tours": ", ".join(f"{count} by {name}" for name, count in drivers.items()),
            "orders": f"{len(carried)} carried, {len(left)} left",
            "left": [*dict.fromkeys(left.values())][:REASONS_TOLD] or "none",
            "together": f"{totals['distance_km']} km, {totals['empty_km']} km empty,"
            f" {Decimal(totals['hours']):.1f} h, {totals['cost_eur']} euros",
            "solver": f"{plan['solver']}, seed {plan['seed']}, {plan['iterations']} iterations",
        }

    async def publish(self) -> Figures:
        await self.hub.doors.post("dispatcher", "tours", f"/v1/plans/{self.plan_id}/publish")
        seen = await self.hub.log.find_all(
            TourPublished, lambda e: str(e.tour.plan_id) == self.plan_id, len(self.tours)
        )
        return {"tours on the bus": len(seen), "the last": seen[-1].place}

    async def compare(self) -> Figures:
        return await three_ways(self.hub.doors, self.asked)

    def _order_ids(self) -> set[str]:
        return {
            str(order.document["order_id"])
            for order in self.hub.pack.of("order")
            if str(order.document["on"]) == self.on.isoformat()
        }


def _count(tours: list[dict[str, Any]], name: str) -> dict[str, int]:
    kinds = sorted(tour[name] for tour in tours)
    return {kind: kinds.count(kind) for kind in kinds}
