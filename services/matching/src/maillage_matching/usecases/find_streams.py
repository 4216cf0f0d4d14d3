"""Which streams a new activity would find around a place, for who helps it to settle."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.nearby import Sought
from maillage_matching.domain.prospecting import Prospect, intake_of, prospects
from maillage_matching.domain.road import DETOUR
from maillage_matching.domain.search import word
from maillage_matching.usecases.ground import sides_near
from maillage_matching.usecases.store import Store


@dataclass(frozen=True)
class FindStreams:
    """A NACE code or a name, a place, and how far by road something may come from."""

    activity: str
    place: GeoPoint
    distance_km: float = 15


async def find_streams(
    query: FindStreams, store: Store, knowledge: Knowledge
) -> Sequence[Prospect]:
    """The resources that such an activity takes in and that firms around want to be rid of."""
    intake = intake_of(query.activity, knowledge)
    words = {word(way, token) for way in ("out", "in") for token in intake.tokens}
    sought = Sought(frozenset(words), query.place, query.distance_km / DETOUR)
    [sides] = await sides_near([sought], store, knowledge)
    return prospects(sides, intake, query.place, query.distance_km, knowledge)
