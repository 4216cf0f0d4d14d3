"""A hub as the stories see it: its doors, its bus, the pack that was imported."""

from dataclasses import dataclass
from typing import Any

from maillage_hub.demo.doors import Doors
from maillage_hub.demo.event_log import EventLog
from maillage_hub.demo.story import Figures, Story, must
from maillage_hub.packs.importing import import_pack
from maillage_hub.packs.pack import Pack
from maillage_hub.runtime.tokens import IMPORTER


@dataclass(frozen=True)
class HubView:
    """All that a story needs."""

    doors: Doors
    log: EventLog
    pack: Pack
    story: Story

    def actor(self, key: str) -> str:
        """Identifier of an actor of the pack."""
        return self._id("actor", key)

    def flow(self, key: str) -> str:
        """Identifier of a flow of the pack."""
        return self._id("flow", key)

    def _id(self, kind: str, key: str) -> str:
        item = self.pack.get(kind, key)
        must(item, f"the pack has no {kind} {key!r}")
        return str(item.id) if item else ""

    async def name(self, actor_id: str) -> str:
        """What an actor is called, read from the registry."""
        found = await self.doors.get("advisor", "registry", f"/v1/actors/{actor_id}")
        return str(found["name"])

    async def import_all(self) -> Figures:
        """Import the pack through the public doors."""
        token = self.doors.token_of(IMPORTER)
        done = await import_pack(self.pack, self.doors.addresses, token)
        must(not done.refused, f"refused: {done.refused[:3]}")
        return {
            "imported": ", ".join(f"{count} {kind}" for kind, count in done.done.items()),
            "events published by the services": done.events,
        }

    async def place_of(self, actor_id: str) -> dict[str, Any]:
        """The first site of an actor, as a stop of a vehicle."""
        actor = await self.doors.get("advisor", "registry", f"/v1/actors/{actor_id}")
        site = actor["sites"][0]
        return {
            "label": actor["name"],
            "position": site["position"],
            "actor_id": actor_id,
            "site_id": site["site_id"],
        }
