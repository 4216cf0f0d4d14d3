"""A made-up country the size of France, full of flows: what the index of matching is measured on.

Three thousand towns of very unequal size, resources of the catalogue from common to rare, as many
offers as needs.
"""

import random
from collections.abc import Iterable, Iterator

from maillage_contracts.samples import a_flow, a_resource
from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.nearby import Posted, Sought
from maillage_matching.domain.pair import side_of
from maillage_matching.domain.search import counterparts_of, keys_of
from maillage_matching.usecases.follow_flows import flow_as_known

TOWNS, BIGGEST = 3_000, 200
KM = 30.0
MIDDLE = GeoPoint(lat=46.5, lon=2.5)

Around = tuple[float, float]
Stream = tuple[str, str]
"""A direction and a resource."""


class Country:
    """Where flows are and what they are: the same on every machine."""

    def __init__(self) -> None:
        self.dice = random.Random(7)  # noqa: S311 an example, not a secret
        self._towns: list[Around] = [
            (self.dice.uniform(42.5, 50.5), self.dice.uniform(-1.5, 7.0)) for _ in range(TOWNS)
        ]
        self._sizes = [min(self.dice.paretovariate(1), BIGGEST) for _ in self._towns]
        self._specs = list(our_knowledge().resources)
        self.dice.shuffle(self._specs)
        self._often = [1 / place for place in range(1, len(self._specs) + 1)]
        self.words: dict[Stream, frozenset[str]] = {}
        self.sought: dict[Stream, frozenset[str]] = {}
        for direction in ("out", "in"):
            for spec in self._specs:
                self._learn((direction, spec))

    def _learn(self, stream: Stream) -> None:
        direction, spec = stream
        flow = a_flow(
            direction=direction, resource=a_resource(spec=spec, waste_code=None, functions=())
        )
        side = side_of(flow_as_known(flow), None, our_knowledge())
        self.words[stream] = keys_of(side, our_knowledge()).words
        self.sought[stream] = counterparts_of(side, KM, our_knowledge()).words

    def streams(self, count: int) -> list[Stream]:
        """So many directions and resources."""
        directions = self.dice.choices(("out", "in"), k=count)
        specs = self.dice.choices(self._specs, self._often, k=count)
        return list(zip(directions, specs, strict=True))

    def places(self, count: int) -> Iterator[GeoPoint]:
        """So many places, in and around towns."""
        for lat, lon in self.dice.choices(self._towns, self._sizes, k=count):
            yield GeoPoint(lat=lat + self.dice.gauss(0, 0.02), lon=lon + self.dice.gauss(0, 0.03))

    def flows(self, count: int) -> list[Posted]:
        """So many flows with their words, those nearest to the middle first."""
        streams, places = self.streams(count), list(self.places(count))
        places.sort(key=MIDDLE.distance_km)
        told = enumerate(zip(streams, places, strict=True))
        return [(number, self.words[stream], at) for number, (stream, at) in told]

    def searches(self, places: Iterable[GeoPoint]) -> list[Sought]:
        """What new flows at these places seek."""
        found = list(places)
        streams = self.streams(len(found))
        return [Sought(self.sought[one], at, KM) for one, at in zip(streams, found, strict=True)]

    def within(self, km: float) -> Iterator[GeoPoint]:
        """Places so near to the middle."""
        while True:
            reach = km / 100
            lat, lon = self.dice.uniform(-reach, reach), self.dice.uniform(-reach, reach)
            at = GeoPoint(lat=MIDDLE.lat + lat, lon=MIDDLE.lon + lon)
            if at.distance_km(MIDDLE) <= km:
                yield at
