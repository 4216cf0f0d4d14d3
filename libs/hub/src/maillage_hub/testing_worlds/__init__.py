"""Each service in memory with something in it, and a valid request for each of its endpoints."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from maillage_hub.testing_worlds import flows, impact, matching, registry, tours
from maillage_hub.testing_worlds.world import OWNER, PARTNER, STRANGER, Valid, World

__all__ = ["OWNER", "PARTNER", "STRANGER", "WORLDS", "Valid", "World"]

WORLDS: Mapping[str, Callable[[], Awaitable[World]]] = MappingProxyType(
    {
        "registry": registry.made,
        "flows": flows.made,
        "matching": matching.made,
        "tours": tours.made,
        "impact": impact.made,
    }
)
"""How the world of each service is made, by its name."""
