"""Marseille at full size: 350 deliveries and 40 returns, planned three ways side by side."""

from dataclasses import dataclass
from datetime import date

from maillage_contracts.tours import TransportOrderRequested
from maillage_hub.demo.hub_view import HubView
from maillage_hub.demo.story import Figures
from maillage_hub.demo.three_ways import three_ways
from maillage_hub.packs.documents import day

NAME = "full_day"
TITLE = "Marseille, a day at full size: members, a hub, bikes, and what comes back"
SEARCHED = {"cpu_seconds": 15}


@dataclass
class FullDay:
    """The story, step by step."""

    hub: HubView
    today: date

    async def play(self) -> None:
        """Play all of it; raises NotTrue at the first step that does not hold."""
        step = self.hub.story.step
        await step("everybody of the day is imported", self.hub.import_all)
        await step("its orders are events", self.orders)
        await step("the full day is planned three ways, side by side", self.compare)

    @property
    def on(self) -> date:
        """The working day after the next."""
        return date.fromisoformat(day("J+2", self.today))

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

    async def compare(self) -> Figures:
        asked = {"on": self.on.isoformat(), "limits": SEARCHED}
        return await three_ways(self.hub.doors, asked, orders=len(self._order_ids()))

    def _order_ids(self) -> set[str]:
        return {
            str(order.document["order_id"])
            for order in self.hub.pack.of("order")
            if str(order.document["on"]) == self.on.isoformat()
        }
