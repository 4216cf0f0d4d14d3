"""Each service in memory with something in it, and a valid request for each of its endpoints."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from maillage_hub.testing_worlds import flows, impact, matching, registry, tours
from maillage_hub.testing_worlds.world import OWNER, PARTNER, STRANGER, Making, Valid, World

__all__ = ["OWNER", "PARTNER", "STRANGER", "WORLDS", "Making", "Valid", "World"]

WORLDS: Mapping[str, Making[Any]] = MappingProxyType(
    {
        making.service.name: making
        for making in (registry.MAKING, flows.MAKING, matching.MAKING, tours.MAKING, impact.MAKING)
    }
)
"""How the world of each service is made, by its name."""
