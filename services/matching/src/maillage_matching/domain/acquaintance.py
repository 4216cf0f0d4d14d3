"""What firms went through with leads of late: who took part, and who was asked often."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from maillage_contracts.vocabulary import ActorId

QUARTER = timedelta(days=91)
OFTEN = 4
"""Leads in a quarter from which a firm is asked as often as it can bear."""


@dataclass(frozen=True)
class Acquaintance:
    """How many leads with each firm people decided in the last quarter, and took up of them."""

    decided: Mapping[ActorId, int]
    accepted: Mapping[ActorId, int]

    def has_taken_part(self, *firms: ActorId) -> bool:
        """Whether one of them is in something that was taken up: somebody knows somebody."""
        return any(self.accepted.get(firm, 0) for firm in firms)

    def asked_often(self, *firms: ActorId) -> float:
        """How near the one asked most is to what a firm can bear, from 0 to 1."""
        return min(1.0, max(self.decided.get(firm, 0) for firm in firms) / OFTEN)


NOBODY = Acquaintance({}, {})
"""Before anything was decided."""


def acquainted(leads: Iterable[tuple[Iterable[ActorId], bool]]) -> Acquaintance:
    """From the firms of each lead that was decided, and whether it was taken up."""
    decided: Counter[ActorId] = Counter()
    accepted: Counter[ActorId] = Counter()
    for firms, is_accepted in leads:
        decided.update(firms := tuple(firms))
        accepted.update(firms if is_accepted else ())
    return Acquaintance(decided, accepted)
