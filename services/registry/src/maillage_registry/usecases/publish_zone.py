"""A regulated zone is made known, or its rules change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.registry import AccessZoneRulePublished
from maillage_registry.domain.access_zone import AccessZone
from maillage_registry.usecases.store import Store, must_be_version


@dataclass(frozen=True, kw_only=True)
class PublishZone:
    zone: AccessZone
    expected_version: int | None = None


async def publish_zone(command: PublishZone, store: Store, now: datetime) -> Iterable[Event]:
    """The same again is nothing new. Raises Stale."""
    kept = await store.zone_to_change(command.zone.zone_id)
    must_be_version(command.expected_version, kept)
    if kept is not None and kept.value == command.zone:
        return ()
    await store.put_zone(command.zone)
    return [AccessZoneRulePublished.model_validate(command.zone, from_attributes=True)]
