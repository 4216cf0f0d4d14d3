"""What a hub emits by tonne that leaves it, also when it keeps two temperatures."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from maillage_impact.domain.chain.activity import positive
from maillage_impact.domain.chain.energy import ZERO, Emissions


@dataclass(frozen=True)
class TemperatureGroup:
    """What one temperature of a hub sends out, what only it emits, its key for what is shared."""

    outgoing_t: Decimal
    own: Emissions
    key: Decimal
    """Outgoing tonnes by default; floor area or metered energy where it is known."""


@dataclass(frozen=True)
class GroupResult:
    """The emissions that a temperature group bears."""

    emissions: Emissions
    outgoing_t: Decimal

    @property
    def kg_per_t(self) -> Decimal:
        """kgCO2e by outgoing tonne."""
        return self.emissions.total_kg / positive("outgoing", self.outgoing_t)


def hub_by_temperature(
    shared: Emissions, groups: Mapping[str, TemperatureGroup]
) -> dict[str, GroupResult]:
    """Each group bears what is its own, and the shared part by its key; nothing is lost."""
    whole = positive("outgoing", sum((group.key for group in groups.values()), ZERO))
    return {
        name: GroupResult(group.own + shared.times(group.key / whole), group.outgoing_t)
        for name, group in groups.items()
    }
