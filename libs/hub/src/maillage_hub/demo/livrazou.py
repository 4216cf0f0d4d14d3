"""Marseille: a shared day: a hub at the edge, bikes in the centre, returns on the way."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from maillage_contracts.flows import ExistingRoundDeclared
from maillage_contracts.impact import ImpactRecorded
from maillage_contracts.registry import AccessZoneRulePublished
from maillage_contracts.tours import TransportOrderRequested
from maillage_contracts.vocabulary import GeoPoint
from maillage_hub.demo.day_of_tours import DayOfTours, signed
from maillage_hub.demo.doors import until
from maillage_hub.demo.hub_view import HubView
from maillage_hub.demo.opened import Opened
from maillage_hub.demo.story import Figures, must
from maillage_hub.demo.three_ways import three_ways
from maillage_hub.packs.documents import day

NAME = "livrazou"
TITLE = "Marseille: a shared day instead of three half-empty rounds"
REFUSED_SHARE = Decimal("0.3")
COMPARED_BRIEFLY = {"iterations": 100}


@dataclass
class Livrazou:
    """The story, step by step."""

    hub: HubView
    today: date
    day_of_tours: DayOfTours | None = None
    refused: list[str] = field(default_factory=list[str])

    async def play(self) -> None:
        """Play all of it; raises NotTrue at the first step that does not hold."""
        step = self.hub.story.step
        await step(
            "members, vehicles, hubs, zone, rounds and orders are imported", self.hub.import_all
        )
        await step("the rounds that members drive alone are events", self.rounds)
        await step("a person approves them as what would have been without", self.baseline)
        await step("the orders of the day are events", self.orders)
        self.day_of_tours = DayOfTours(self.hub, on=self.on, refuse=self.refuse_a_part)
        await self.day_of_tours.play()
        await step("the centre was served within its rules", self.centre)
        await step("the same day is planned three ways, side by side", self.compare)
        await step("the ledger holds the day against the rounds of before", self.impact)
        await step("every figure of the statement opens", Opened(self.hub, self.on).play)

    @property
    def on(self) -> date:
        """The next working day, which the orders of the pack are for."""
        return date.fromisoformat(day("J+1", self.today))

    async def rounds(self) -> Figures:
        count = len(self.hub.pack.of("round"))
        seen = await self.hub.log.find_all(ExistingRoundDeclared, lambda _: True, count)
        rounds = [found.received.event.round for found in seen]
        return {
            "rounds": [
                f"{r.label}: {r.distance_km} km, {r.empty_km} km empty, {r.carried_kg} kg carried"
                for r in rounds
            ],
            "together": f"{sum(r.distance_km for r in rounds)} km",
        }

    async def baseline(self) -> Figures:
        known = await self.hub.doors.all("advisor", "flows", "/v1/rounds")
        body = {
            "scope": "rounds",
            "kind": "observed",
            "description": "Each member drove its own round, every working day.",
            "evidence": "Rounds as their drivers declared them.",
            "valid_from": self.today.isoformat(),
            "valid_to": (self.today + timedelta(days=365)).isoformat(),
            "round_ids": [round_["round_id"] for round_ in known],
        }
        drafted = await until(lambda: self._draft(body), bool, "the ledger knows the rounds")
        path = f"/v1/baselines/{drafted}"
        await self.hub.doors.post("advisor", "impact", f"{path}/approve")
        approved = await self.hub.doors.get("advisor", "impact", path)
        must(approved["status"] == "approved", "the baseline is not approved")
        return {"valid": f"{approved['valid_from']} to {approved['valid_to']}"}

    async def _draft(self, body: dict[str, Any]) -> str | None:
        """Its identifier; None as long as the ledger has not heard of every round."""
        answer = await self.hub.doors.try_post("advisor", "impact", "/v1/baselines", body)
        return None if answer is None else str(answer["id"])

    async def orders(self) -> Figures:
        count = len(self.hub.pack.of("order"))
        seen = await self.hub.log.find_all(
            TransportOrderRequested, lambda e: e.order.on == self.on, count
        )
        orders = [found.received.event.order for found in seen]
        return {
            "deliveries": sum(not o.is_return for o in orders),
            "returns": sum(o.is_return for o in orders),
            "cold": sum(o.load.temperature == "cold" for o in orders),
            "mass": f"{sum(o.load.mass_kg for o in orders)} kg",
        }

    def refuse_a_part(self, task: dict[str, Any]) -> Decimal:
        """The first cold delivery to be dropped is refused by 30 %."""
        if self.refused or task["load"]["temperature"] != "cold":
            return Decimal(0)
        self.refused.append(task["order_id"])
        return (Decimal(str(task["load"]["mass_kg"])) * REFUSED_SHARE).quantize(Decimal("0.1"))

    async def centre(self) -> Figures:
        zone = (await self.hub.log.find(AccessZoneRulePublished, lambda _: True)).received.event
        inside = [
            (tour["vehicle_class"], datetime.fromisoformat(stop["arrives_at"]).time())
            for tour in (self.day_of_tours.tours if self.day_of_tours else ())
            for stop in tour["stops"]
            if zone.area.contains(GeoPoint(**stop["place"]["position"]))
        ]
        shut = [(kind, at) for kind, at in inside if _is_shut_to(zone, kind, at)]
        must(not shut, f"stops in {zone.name} in spite of its rules: {shut}")
        bikes = sum(kind == "cargo_bike" for kind, _ in inside)
        must(bikes, f"no bike delivered in {zone.name}")
        vans = [f"{at:%H:%M}" for kind, at in inside if kind == "van"]
        early = f"; vans at {', '.join(vans)}, before it closes" if vans else "; no van"
        return {zone.name: f"{bikes} stops by bike{early}"}

    async def compare(self) -> Figures:
        asked = {"on": self.on.isoformat(), "limits": COMPARED_BRIEFLY}
        return await three_ways(self.hub.doors, asked, orders=len(self.hub.pack.of("order")))

    async def impact(self) -> Figures:
        must(self.day_of_tours, "no day was driven")
        plan_id = self.day_of_tours.plan_id if self.day_of_tours else ""
        recorded = await self.hub.log.find(
            ImpactRecorded,
            lambda e: (
                str(e.statement.about_id) == plan_id
                and e.statement.indicator == "ghg_avoided_logistics"
            ),
        )
        found = await self.hub.doors.get(
            "observer", "impact", "/v1/totals", about="plan", about_id=plan_id
        )
        figures: Figures = {
            f"{total['account']}, {total['indicator']}": f"{signed(total['value'])} {total['unit']}"
            for total in found["totals"]
        }
        return {"event": recorded.place, **figures, **await self._induced()}

    async def _induced(self) -> Figures:
        sums: dict[str, Decimal] = {}
        for tour in self.day_of_tours.tours if self.day_of_tours else ():
            found = await self.hub.doors.get(
                "observer", "impact", "/v1/totals", about="tour", about_id=tour["tour_id"]
            )
            for total in found["totals"]:
                label = f"{total['account']}, {total['indicator']} ({total['unit']})"
                sums[label] = sums.get(label, Decimal(0)) + Decimal(str(total["value"]))
        return {label: signed(value) for label, value in sums.items()}


def _is_shut_to(zone: AccessZoneRulePublished, vehicle_class: str, at: time) -> bool:
    """Whether a rule of the zone forbids this vehicle at this time of the day."""
    return any(
        not rule.allowed
        and vehicle_class in rule.vehicle_classes
        and (rule.hours is None or rule.hours.start <= at < rule.hours.end)
        for rule in zone.rules
    )
