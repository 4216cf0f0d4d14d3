"""One day of tours, from the plan to the last stop: used by both stories."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from maillage_contracts.tours import (
    StopCompleted,
    TourCompleted,
    TourPublished,
    TransportOrderFulfilled,
)
from maillage_hub.demo.hub_view import HubView
from maillage_hub.demo.story import Figures, must

Refusal = Callable[[dict[str, Any]], Decimal]
"""How many kilograms of a task, as the tours service shows it, are refused at its drop-off."""


def signed(value: object) -> str:
    """A figure with its sign, as impact wants it read."""
    return f"{Decimal(str(value)):+f}"


@dataclass
class DayOfTours:
    """Plans a day, publishes it, drives it."""

    hub: HubView
    on: date
    refuse: Refusal
    plan_id: str = ""
    tours: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def play(self) -> None:
        """Play the steps; raises NotTrue at the first that does not hold."""
        step = self.hub.story.step
        await step("the day is planned and checked by an independent checker", self.plan)
        await step("the dispatcher publishes the tours", self.publish)
        await step("the crews drive, weigh, and one drop-off refuses a part", self.drive)

    async def plan(self) -> Figures:
        made = await self.hub.doors.plan("/v1/plans", {"on": self.on.isoformat()})
        self.plan_id = made["id"]
        plan = await self.hub.doors.get("dispatcher", "tours", f"/v1/plans/{self.plan_id}")
        self.tours = plan["tours"]
        must(self.tours, f"no tour was found: {plan}")
        return {
            "tours": [_in_words(tour) for tour in self.tours],
            "not planned": [f"{o['order_id']}: {o['reason']}" for o in plan["unplanned"]] or "none",
            "distances": plan["matrix"],
            "solver": f"{plan['solver']}, seed {plan['seed']}, {plan['iterations']} iterations",
        }

    async def publish(self) -> Figures:
        path = f"/v1/plans/{self.plan_id}/publish"
        await self.hub.doors.post("dispatcher", "tours", path)
        seen = await self.hub.log.find_all(
            TourPublished, lambda e: str(e.tour.plan_id) == self.plan_id, len(self.tours)
        )
        return {"events": [found.place for found in seen]}

    async def drive(self) -> Figures:
        for tour in self.tours:
            await self._drive(tour)
        ids = {tour["tour_id"] for tour in self.tours}
        done = await self.hub.log.find_all(TourCompleted, lambda e: str(e.tour_id) in ids, len(ids))
        stops = sum(len(tour["stops"]) for tour in self.tours)
        await self.hub.log.find_all(StopCompleted, lambda e: str(e.tour_id) in ids, stops)
        fulfilled = await self.hub.log.find_all(
            TransportOrderFulfilled, lambda e: str(e.tour_id) in ids, self._orders_carried()
        )
        events = [found.received.event for found in fulfilled]
        finished = [found.received.event for found in done]
        return {
            "orders": f"{len(events)}, of which partly refused "
            f"{sum(e.outcome == 'partially_fulfilled' for e in events)}",
            "accepted": f"{sum(e.accepted_kg for e in events)} kg",
            "refused": f"{sum(e.refused_kg for e in events)} kg",
            "driven": f"{sum(e.distance_km for e in finished)} km, "
            f"{sum(e.empty_km for e in finished)} km of them empty",
            "insertion hours": str(sum(e.insertion_hours for e in finished)),
            "events": [found.place for found in done],
        }

    def _orders_carried(self) -> int:
        return len({o for tour in self.tours for stop in tour["stops"] for o in stop["order_ids"]})

    async def _drive(self, tour: dict[str, Any]) -> None:
        path = f"/v1/tours/{tour['tour_id']}"
        await self.hub.doors.post("dispatcher", "tours", f"{path}/start")
        aboard: dict[str, Decimal] = {}
        for stop in tour["stops"]:
            handovers = [self._handover(task, aboard) for task in stop["tasks"]]
            body = {
                "arrived_at": stop["arrives_at"],
                "completed_at": stop["departs_at"],
                "handovers": handovers,
            }
            url = f"{path}/stops/{stop['number']}/complete"
            await self.hub.doors.post("dispatcher", "tours", url, body)

    def _handover(self, task: dict[str, Any], aboard: dict[str, Decimal]) -> dict[str, Any]:
        """What the crew reports of one task: all is taken, and given less what is refused."""
        load, order_id = task["load"], task["order_id"]
        if task["action"] == "pickup":
            aboard[order_id] = Decimal(str(load["mass_kg"]))
        refused = self.refuse(task) if task["action"] == "dropoff" else Decimal(0)
        told = {
            "order_id": order_id,
            "action": task["action"],
            "accepted_kg": str(aboard[order_id] - refused),
            "refused_kg": str(refused),
        }
        return {**told, "reason": "damaged"} if refused else told


def _in_words(tour: dict[str, Any]) -> str:
    return (
        f"{tour['vehicle_class']} ({tour['energy']}): {len(tour['stops'])} stops, "
        f"{tour['distance_km']} km of which {tour['empty_km']} km empty, "
        f"load factor {tour['load_factor']}, {tour['cost']['amount']} euros"
    )
