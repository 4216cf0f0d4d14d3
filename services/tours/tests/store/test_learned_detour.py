"""What a map taught of distances is known to the next process, whether it asks a map or not."""

import json
from decimal import Decimal

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_tours.adapters.estimated import EstimatedMatrices
from maillage_tours.adapters.osrm import OsrmMatrices
from maillage_tours.domain.roads import RoadMaps
from maillage_tours.domain.samples import a_vehicle, spot
from maillage_tours.domain.travel import Matrix, profile_of
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import LearnedDetour

VAN = profile_of(a_vehicle())
ENDS = [spot(0), spot(3)]
LONGER = 2


def estimates(runner: Runner[Store]) -> EstimatedMatrices:
    """As a process makes them when it starts."""
    return EstimatedMatrices(Decimal("1.4"), learned=LearnedDetour(runner))


def by_road(_: httpx.Request) -> httpx.Response:
    metres = [[a.distance_km(b) * 1000 * LONGER for b in ENDS] for a in ENDS]
    body = {"code": "Ok", "distances": metres, "durations": metres}
    return httpx.Response(200, content=json.dumps(body))


def factor_of(matrix: Matrix) -> float:
    metres, _ = matrix.travel[VAN].between(*ENDS)
    return metres / (ENDS[0].distance_km(ENDS[1]) * 1000)


async def test_the_next_process_estimates_as_the_last_one_learned(runner: Runner[Store]) -> None:
    roads = OsrmMatrices(RoadMaps("http://roads"), estimates(runner), httpx.MockTransport(by_road))
    assert (await roads.between(ENDS, [VAN])).source == "osrm"
    after = estimates(runner)
    found = await after.between(ENDS, [VAN])
    assert (found.source, factor_of(found)) == ("estimated", pytest.approx(LONGER, abs=0.01))
    more = await after.extended(found.travel[VAN], [spot(6)], VAN)
    assert more.between(spot(0), spot(6))[0] == pytest.approx(12_000, abs=20)


async def test_before_any_map_was_asked_it_is_that_of_the_settings(runner: Runner[Store]) -> None:
    found = await estimates(runner).between(ENDS, [VAN])
    assert factor_of(found) == pytest.approx(1.4, abs=0.01)


async def test_what_is_learned_anew_counts(runner: Runner[Store]) -> None:
    first, second = estimates(runner), estimates(runner)
    await first.learn(Decimal("1.82"))
    await second.learn(Decimal("1.39"))
    assert factor_of(await estimates(runner).between(ENDS, [VAN])) == pytest.approx(1.39, abs=0.01)
