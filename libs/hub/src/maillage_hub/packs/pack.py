"""A territory pack as a whole: what was read and checked, or all the faults at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from maillage_hub.packs.sheets import Fault, Spot

PACK_NAMESPACE = UUID("5f0c1f0e-3a53-5e0e-9d6b-0d5a5a0f7c11")
Document = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One thing of a pack, checked: its identifier never changes between imports."""

    kind: str
    key: str
    id: UUID
    document: Document
    spot: Spot
    origin: str
    parent_id: UUID | None = None
    """The actor that a credential belongs to."""


@dataclass
class Pack:
    """A checked pack, or the faults that stop it from being imported."""

    territory: str
    name: str
    time_zone: str
    activity_zones: tuple[str, ...] = ()
    """Their codes; none named: any will do."""
    items: list[Item] = field(default_factory=list[Item])
    faults: list[Fault] = field(default_factory=list[Fault])

    def of(self, kind: str) -> list[Item]:
        """The items of one kind, in the order of their file."""
        return [item for item in self.items if item.kind == kind]

    def get(self, kind: str, key: str) -> Item | None:
        """The item with this key."""
        return next((item for item in self.items if (item.kind, item.key) == (kind, key)), None)


def pack_id(territory: str, kind: str, key: str) -> UUID:
    """The identifier of a thing of a pack: the same at every import."""
    return uuid5(PACK_NAMESPACE, f"{territory}/{kind}/{key}")


def sirets_given_twice(pack: Pack) -> Iterator[Fault]:
    seen: dict[str, Item] = {}
    for actor in pack.of("actor"):
        siret = actor.document.get("siret")
        if siret in seen and siret is not None:
            yield actor.spot.fault(f"siret {siret} is already that of {seen[siret].key!r}")
        elif siret is not None:
            seen[siret] = actor
