"""Distances by road on real networks: OSRM's own programs in Monaco, the streets of Lyon."""

import heapq
import json
import socket
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import httpx
import pytest

import osrm_maps
from maillage_contracts.vocabulary import GeoPoint, Load, Place, PlanId
from maillage_serving.testing import eventually
from maillage_tours.adapters.estimated import EstimatedMatrices
from maillage_tours.adapters.osrm import OsrmMatrices
from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.problem import Search
from maillage_tours.domain.roads import RoadMaps
from maillage_tours.domain.samples import (
    TERMS,
    a_bike,
    a_day,
    a_hub,
    a_vehicle,
    an_id,
    an_order,
    window,
)
from maillage_tours.domain.travel import profile_of
from maillage_tours.usecases.plan_day import Solver, plan_day

REFERENCE = Path(__file__).parents[5] / "shared" / "data" / "osm"
MADE = "2026-11-01T00:00:00Z"
VAN, DIESEL = profile_of(a_vehicle()), profile_of(a_vehicle(energy="diesel"))
MONACO = [
    GeoPoint(lat=43.7311, lon=7.4174),
    GeoPoint(lat=43.7400, lon=7.4290),
    GeoPoint(lat=43.7370, lon=7.4210),
    GeoPoint(lat=43.7480, lon=7.4360),
]
CENTRE = [[7.4235, 43.7330], [7.4235, 43.7450], [7.4275, 43.7450], [7.4275, 43.7330]]
"""A strip across the town, between its two ends."""


def estimates() -> EstimatedMatrices:
    return EstimatedMatrices(TERMS.detour_factor, Decimal("0.25"))


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of osrm-routed with the map of Monaco, a regulated zone across it."""
    extract = REFERENCE / "monaco_osrm.osm.pbf"
    if not extract.exists():
        pytest.skip("the reference map is not here: ../shared/data/osm/monaco_osrm.osm.pbf")
    if not (osrm_maps.home() / "bin" / "osrm-routed").exists():
        pytest.skip("OSRM is not here: python tools/osrm_maps.py fetch")
    folder = tmp_path_factory.mktemp("monaco")
    zones = folder / "zones.geojson"
    ring = {"type": "Polygon", "coordinates": [[*CENTRE, CENTRE[0]]]}
    feature = {"type": "Feature", "properties": {"lez": True}, "geometry": ring}
    zones.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    made = osrm_maps.make_map(extract, folder, profile="car", dated=MADE, zones=zones)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = osrm_maps.home() / "bin" / "osrm-routed"
    options = ("--algorithm", "mld", "--ip", "127.0.0.1", "--port", str(port))
    with subprocess.Popen(
        [program, *options, made], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        yield f"http://127.0.0.1:{port}"
        process.terminate()


@pytest.mark.integration
async def test_a_real_server_tells_distances_its_age_and_ways_around_a_zone(routed: str) -> None:
    asked = OsrmMatrices(RoadMaps(routed, closed={"van.diesel": ("lez",)}), estimates())

    async def answers() -> bool:
        return (await asked.between(MONACO, [VAN])).source == "osrm"

    await eventually(answers)
    found = await asked.between(MONACO, [VAN, DIESEL])
    assert found.source == "osrm"
    there_m, there_s = found.travel[VAN].between(MONACO[0], MONACO[3])
    around_m, around_s = found.travel[DIESEL].between(MONACO[0], MONACO[3])
    assert MONACO[0].distance_km(MONACO[3]) * 1000 < there_m < 10_000
    assert (around_m, around_s) > (there_m, there_s)
    assert found.travel[VAN].between(MONACO[0], MONACO[3]) != found.travel[VAN].between(
        MONACO[3], MONACO[0]
    )
    more = await asked.extended(found.travel[VAN].among(MONACO[:3]), MONACO[3:], VAN)
    assert more.metres == found.travel[VAN].metres
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert await asked.map_age_s(MONACO[0], now) == 23 * 86_400


class Streets:
    """The streets of Lyon behind the address of an OSRM: nearest crossing, then shortest way."""

    def __init__(self, file: Path) -> None:
        root = ET.parse(file).getroot()  # noqa: S314 a file of ours
        self.at = {
            one.attrib["id"]: GeoPoint(
                lat=float(one.attrib["latitude"]), lon=float(one.attrib["longitude"])
            )
            for one in root.iter("intersection")
        }
        self.ways: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for way in root.iter("segment"):
            length_m = float(way.attrib["length"])
            self.ways[way.attrib["origin"]].append((way.attrib["destination"], length_m))
        self.metres_from = cache(self._metres_from)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = parse_qs(request.url.query.decode())
        where = [pair.split(",") for pair in request.url.path.rpartition("/")[2].split(";")]
        points = [GeoPoint(lat=float(lat), lon=float(lon)) for lon, lat in where]
        starts, ends = (
            [self.crossing(points[int(place)]) for place in query[side][0].split(";")]
            for side in ("sources", "destinations")
        )
        metres = [[self.metres_from(start).get(end) for end in ends] for start in starts]
        seconds = [[None if m is None else m / 7 for m in row] for row in metres]
        body = {"code": "Ok", "distances": metres, "durations": seconds}
        return httpx.Response(200, content=json.dumps(body))

    def crossing(self, point: GeoPoint) -> str:
        return min(self.at, key=lambda one: point.distance_km(self.at[one]))

    def _metres_from(self, start: str) -> dict[str, float]:
        best, heap = {start: 0.0}, [(0.0, start)]
        while heap:
            metres, here = heapq.heappop(heap)
            if metres > best[here]:
                continue
            for there, length_m in self.ways[here]:
                if metres + length_m < best.get(there, float("inf")):
                    best[there] = metres + length_m
                    heapq.heappush(heap, (best[there], there))
        return best


@pytest.fixture(scope="module")
def lyon() -> Streets:
    if not REFERENCE.exists():
        pytest.skip("the reference streets are not here: ../shared/data/osm/lyon")
    return Streets(REFERENCE / "lyon" / "largeMap.xml")


async def test_a_day_in_lyon_is_planned_on_its_streets(lyon: Streets, same_process: Solver) -> None:
    asked = ET.parse(REFERENCE / "lyon" / "requestsLarge9.xml").getroot()  # noqa: S314 as above
    [depot] = asked.iter("depot")
    base = lyon.at[depot.attrib["address"]]

    def door(crossing: str) -> Place:
        return Place(label=f"Crossing {crossing}", position=lyon.at[crossing])

    orders = [
        an_order(
            str(number),
            pickup=door(one.attrib["pickupAddress"]),
            dropoff=door(one.attrib["deliveryAddress"]),
            pickup_window=window("06:00", "13:00"),
            dropoff_window=window("06:00", "13:30"),
            load=Load(mass_kg=Decimal(10)),
        )
        for number, one in enumerate(asked.iter("request"))
    ]
    vehicles = [a_vehicle(base=base), a_bike(base=base)]
    day = a_day(orders, vehicles, hubs=[a_hub(position=base)])
    roads = OsrmMatrices(RoadMaps("http://lyon"), estimates(), httpx.MockTransport(lyon))
    search = Search(seed=1, iterations=30, seconds=20)
    draft = await plan_day(PlanId(an_id("lyon")), day, search, matrices=roads, solver=same_process)
    assert draft.left == {}
    assert {tour.matrix for tour in draft.tours} == {"osrm"}
    verdict = check_plan(draft.tours, draft.left, day, draft.matrix)
    assert verdict.faults == ()
    asymmetric = [
        (a, b)
        for travel in draft.matrix.travel.values()
        for a in travel.points
        for b in travel.points
        if travel.between(a, b)[0] != travel.between(b, a)[0]
    ]
    assert asymmetric, "streets of one way are longer one way"
