"""Distances by road: how a server is asked, what is kept, and what is said when it is away."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs

import httpx
import pytest

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import GeoPoint
from maillage_tours.adapters import osrm
from maillage_tours.adapters.estimated import EstimatedMatrices
from maillage_tours.adapters.osrm import BLOCK, TRIES, OsrmMatrices
from maillage_tours.domain.roads import RoadMaps
from maillage_tours.domain.samples import a_bike, a_vehicle, spot
from maillage_tours.domain.travel import UNREACHABLE, Profile, profile_of

Answer = Callable[[httpx.Request], httpx.Response]
VAN = profile_of(a_vehicle())
DIESEL = profile_of(a_vehicle(energy="diesel"))
BIKE = profile_of(a_bike())
MAPS = RoadMaps("http://roads/", "http://paths", {"van.diesel": ("lez",), "truck": ("lez",)})
POINTS = [spot(0), spot(3), spot(5, 2)]
LONGER = 2.5


class Server:
    """Answers as osrm-routed does: roads are so much longer than great circles, at 36 km/h."""

    def __init__(self, **changes: object) -> None:
        self.asked: list[httpx.Request] = []
        self.changes = changes
        self.first_answers: list[httpx.Response | Exception] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.first_answers:
            answer = self.first_answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        query = parse_qs(request.url.query.decode())
        where = [pair.split(",") for pair in request.url.path.rpartition("/")[2].split(";")]
        points = [GeoPoint(lat=float(lat), lon=float(lon)) for lon, lat in where]
        starts, ends = (
            [points[int(place)] for place in query[side][0].split(";")]
            for side in ("sources", "destinations")
        )
        metres = [[start.distance_km(end) * 1000 * LONGER for end in ends] for start in starts]
        seconds = [[m / 10 + 0.01 for m in row] for row in metres]
        body = {"code": "Ok", "distances": metres, "durations": seconds, **self.changes}
        return httpx.Response(200, content=json.dumps(body))


def matrices(server: Answer, maps: RoadMaps = MAPS) -> OsrmMatrices:
    fallback = EstimatedMatrices(Decimal("1.4"), Decimal("0.25"))
    return OsrmMatrices(maps, fallback, httpx.MockTransport(server))


async def test_each_vehicle_travels_on_its_map_and_not_on_roads_closed_to_it() -> None:
    server = Server()
    found = await matrices(server).between(POINTS, [VAN, DIESEL, BIKE])
    assert found.source == "osrm"
    hosts = [(request.url.host, request.url.params.get("exclude")) for request in server.asked]
    assert hosts == [("roads", None), ("roads", "lez"), ("paths", None)]
    metres, seconds = found.travel[VAN].between(spot(0), spot(3))
    assert abs(metres - 7500) <= 3
    assert seconds == 751
    _, by_bike_s = found.travel[BIKE].between(spot(0), spot(3))
    assert by_bike_s == -(-metres * 36 // 140)
    assert found.travel[VAN].between(spot(3), spot(3)) == (0, 1)


async def test_a_day_is_asked_in_blocks_and_kept_for_the_next_plan() -> None:
    server = Server()
    asked = matrices(server)
    points = [spot(number / 100) for number in range(BLOCK + 5)]
    whole = await asked.between(points, [VAN])
    assert len(server.asked) == 4
    assert whole.travel[VAN].between(points[0], points[-1])[0] == pytest.approx(
        points[0].distance_km(points[-1]) * 1000 * LONGER, abs=1
    )
    fewer = await asked.between(points[3:9], [VAN])
    assert len(server.asked) == 4
    assert fewer.travel[VAN] == whole.travel[VAN].among(points[3:9])


async def test_a_point_more_is_asked_alone() -> None:
    server = Server()
    asked = matrices(server)
    before = (await asked.between(POINTS, [VAN])).travel[VAN]
    after = await asked.extended(before, [spot(1), spot(0)], VAN)
    assert after == (await matrices(Server()).between([*POINTS, spot(1)], [VAN])).travel[VAN]
    assert len(server.asked) == 3


async def test_what_cannot_be_reached_is_further_than_any_day() -> None:
    server = Server(distances=[[0, None], [9.6, 0]], durations=[[0, None], [3.2, 0]])
    found = await matrices(server).between(POINTS[:2], [VAN, BIKE])
    for profile in (VAN, BIKE):
        assert found.travel[profile].between(spot(0), spot(3)) == UNREACHABLE
    assert found.travel[VAN].between(spot(3), spot(0)) == (10, 4)


async def test_a_server_that_stumbles_is_asked_again() -> None:
    server = Server()
    server.first_answers = [httpx.ConnectError("no"), httpx.Response(503, text="busy")]
    assert (await matrices(server).between(POINTS, [VAN])).source == "osrm"
    assert len(server.asked) == TRIES


async def test_a_server_that_is_away_gives_estimates_that_say_so() -> None:
    server = Server()
    asked = matrices(server)
    routed = await asked.between(POINTS, [VAN])
    server.first_answers = [httpx.ConnectError("no")] * TRIES
    found = await asked.between([*POINTS, spot(9)], [VAN])
    assert found.source == "estimated"
    metres, seconds = found.travel[VAN].between(spot(0), spot(3))
    assert abs(metres - 7500) <= 3, "the factor was learned from the roads"
    assert seconds == -(-metres * 45 // 280), "a quarter more time than at 28 km/h"
    server.first_answers = [httpx.ConnectError("no")] * TRIES
    with pytest.raises(Refused, match="by road"):
        await asked.extended(routed.travel[VAN], [spot(9)], VAN)


async def test_a_map_without_the_class_of_roads_is_not_asked_twice() -> None:
    server = Server()
    words = {"code": "InvalidValue", "message": "Exclude flag combination is not supported."}
    server.first_answers = [httpx.Response(400, json=words)]
    assert (await matrices(server).between(POINTS, [DIESEL])).source == "estimated"
    assert len(server.asked) == 1


async def test_the_map_tells_its_age_once_an_hour() -> None:
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    server = Server(data_version="2026-11-01T08:00:00Z")
    asked = matrices(server)
    assert await asked.map_age_s(spot(0), now) == timedelta(days=23).total_seconds()
    await asked.map_age_s(spot(0), now)
    assert len(server.asked) == 1
    for version in (None, "monaco"):
        silent = matrices(Server(data_version=version))
        assert await silent.map_age_s(spot(0), now) == 0
    away = Server()
    away.first_answers = [httpx.ConnectError("no")] * TRIES
    assert await matrices(away).map_age_s(spot(0), now) == 0


def test_bikes_use_the_only_map_there_is() -> None:
    one_map = RoadMaps("http://roads")
    assert {one_map.roads_of(profile).url for profile in (VAN, BIKE)} == {"http://roads"}
    truck = Profile(vehicle_class="truck", energy="diesel", speed_kmh=Decimal(40))
    assert MAPS.roads_of(truck).exclude == ("lez",)


async def test_a_server_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for the age of the map holds a transaction meanwhile."""

    async def hangs(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(500, request=request)

    monkeypatch.setattr(osrm, "AGE_TIMEOUT_S", 0.01)
    fallback = EstimatedMatrices(Decimal("1.4"), Decimal("0.25"))
    asked = OsrmMatrices(MAPS, fallback, httpx.MockTransport(hangs))
    assert await asked.map_age_s(spot(0), datetime(2026, 11, 24, tzinfo=UTC)) == 0
