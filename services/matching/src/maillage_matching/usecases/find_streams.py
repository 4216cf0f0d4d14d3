"""Which streams a new activity would find around a place, for who helps it to settle."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.prospecting import Prospect, prospects, tokens_for
from maillage_matching.usecases.ground import sides_of
from maillage_matching.usecases.store import Box, Store

KM_PER_DEGREE = 111.0


@dataclass(frozen=True)
class FindStreams:
    """A NACE code, a place, and how far by road something may come from."""

    activity: str
    place: GeoPoint
    distance_km: float = 15


async def find_streams(
    query: FindStreams, store: Store, knowledge: Knowledge
) -> Sequence[Prospect]:
    """The resources that such an activity takes in and that firms around want to be rid of."""
    tokens = tokens_for(query.activity, knowledge)
    if not tokens:
        return ()
    sides = sides_of(await store.find_flows(tokens, _around(query)), knowledge)
    return prospects(sides, query.activity, query.place, query.distance_km, knowledge)


def _around(query: FindStreams) -> Box:
    lat = query.distance_km / KM_PER_DEGREE
    lon = lat * 2  # a degree of longitude is half as long at 60 degrees north; enough for Europe
    place = query.place
    return Box(place.lat - lat, place.lon - lon, place.lat + lat, place.lon + lon)
