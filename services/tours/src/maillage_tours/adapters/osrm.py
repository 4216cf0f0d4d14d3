"""Distances by road from an OSRM server: asked in blocks, tried again, kept for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from itertools import product
from statistics import median
from time import monotonic
from typing import Any

import httpx
import structlog

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import GeoPoint
from maillage_tours.adapters.estimated import EstimatedMatrices
from maillage_tours.domain.roads import RoadMaps, Roads
from maillage_tours.domain.travel import (
    BIKES,
    ROUTED,
    UNREACHABLE,
    Matrix,
    Profile,
    Travel,
    Ways,
    joined,
    seconds_at,
)

BLOCK = 100
"""Points on each side of one request: what osrm-routed allows unless told otherwise."""
AT_ONCE = 4
TRIES, PAUSE_S = 3, 0.2
TIMEOUT_S = 20.0
AGE_TIMEOUT_S = 2.0
"""How long its age may take, all tries together: who asks holds a transaction meanwhile."""
KEPT, KEPT_S = 6, 3600.0
"""Matrices that are kept, and for how long: the same day is often planned several times."""
LEARNED_FROM = 50
FAR_KM = 0.2
"""Pairs that are nearer tell nothing of how much longer roads are than great circles."""

log = structlog.get_logger()


class RoadsAway(Exception):
    """The server does not answer, or answers something else."""


class OsrmMatrices:
    """Distances by road; while no road can be asked, estimates that say so.

    Motor vehicles take the time that the map says; bikes its distance at their own speed, for a
    loaded cargo bike is not the bicycle of the map.
    """

    def __init__(
        self,
        maps: RoadMaps,
        fallback: EstimatedMatrices,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._maps = maps
        self._fallback = fallback
        self._transport = transport
        self._kept: OrderedDict[Roads, tuple[float, _Table]] = OrderedDict()
        self._looked_at = 0.0
        self.map_dated_at: datetime | None = None
        """When the map was made, as its server said the last time."""

    async def between(self, points: Sequence[GeoPoint], profiles: Sequence[Profile]) -> Matrix:
        try:
            async with self._client() as client:
                tables = {
                    roads: await self._whole(client, roads, points)
                    for roads in dict.fromkeys(map(self._maps.roads_of, profiles))
                }
        except RoadsAway as error:
            log.warning("roads_away", why=str(error))
            return await self._fallback.between(points, profiles)
        return await asyncio.to_thread(
            lambda: Matrix(
                ROUTED,
                {one: _travel(tables[self._maps.roads_of(one)], one) for one in profiles},
            )
        )

    async def extended(
        self, travel: Travel, points: Sequence[GeoPoint], profile: Profile
    ) -> Travel:
        """Raises Refused while no road can be asked: a tour has distances of one source."""
        new = [point for point in dict.fromkeys(points) if point not in travel.place_of]
        every = (*travel.points, *new)
        roads = self._maps.roads_of(profile)
        try:
            async with self._client() as client:
                out = await self._blocks(client, roads, new, every)
                back = await self._blocks(client, roads, travel.points, new)
        except RoadsAway as error:
            raise Refused("distances by road cannot be had now: try again later") from error
        return joined(travel, new, _ways(out, profile), _ways(back, profile))

    async def map_age_s(self, near: GeoPoint, now: datetime) -> float:
        """How old the map is, asked once an hour at most; 0 when its server does not say."""
        if not self._looked_at or monotonic() - self._looked_at > KEPT_S:
            self._looked_at = monotonic()
            with suppress(RoadsAway, TimeoutError):
                async with asyncio.timeout(AGE_TIMEOUT_S), self._client() as client:
                    await self._asked(client, Roads(self._maps.url.rstrip("/")), [near], [near])
        return (now - self.map_dated_at).total_seconds() if self.map_dated_at else 0

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=TIMEOUT_S, transport=self._transport)

    async def _whole(
        self, client: httpx.AsyncClient, roads: Roads, points: Sequence[GeoPoint]
    ) -> "_Table":
        """All pairs, asked or kept. A day with fewer stops than the last is not asked again."""
        at, kept = self._kept.get(roads, (0.0, _Table((), [], [])))
        if at and monotonic() - at < KEPT_S and set(points) <= set(kept.points):
            return kept.among(points)
        table = await self._blocks(client, roads, points, points)
        self._kept[roads] = monotonic(), table
        self._kept.move_to_end(roads)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        await self._learn(table)
        return table

    async def _learn(self, table: "_Table") -> None:
        """How much longer roads are here than great circles: the next estimate will know."""
        ratios = [
            metres / (great_km * 1000)
            for start, row in zip(table.points[:LEARNED_FROM], table.metres, strict=False)
            for end, metres in zip(table.points[:LEARNED_FROM], row, strict=False)
            if metres is not None and (great_km := start.distance_km(end)) > FAR_KM
        ]
        if ratios:
            await self._fallback.learn(round(Decimal(max(1.0, median(ratios))), 2))

    async def _blocks(
        self,
        client: httpx.AsyncClient,
        roads: Roads,
        starts: Sequence[GeoPoint],
        ends: Sequence[GeoPoint],
    ) -> "_Table":
        """Starts to ends, in blocks that the server accepts, a few at once."""
        table = _Table(
            tuple(starts),
            [[None] * len(ends) for _ in starts],
            [[None] * len(ends) for _ in starts],
        )
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: int, column: int) -> None:
            async with gate:
                some, others = starts[row : row + BLOCK], ends[column : column + BLOCK]
                answer = await self._asked(client, roads, some, others)
                table.place(row, column, answer)

        corners = product(range(0, len(starts), BLOCK), range(0, len(ends), BLOCK))
        await asyncio.gather(*(one(row, column) for row, column in corners))
        return table

    async def _asked(
        self,
        client: httpx.AsyncClient,
        roads: Roads,
        starts: Sequence[GeoPoint],
        ends: Sequence[GeoPoint],
    ) -> dict[str, Any]:
        """One block; raises RoadsAway after some tries."""
        where = ";".join(f"{point.lon:.6f},{point.lat:.6f}" for point in (*starts, *ends))
        query = {
            "annotations": "duration,distance",
            "sources": ";".join(map(str, range(len(starts)))),
            "destinations": ";".join(map(str, range(len(starts), len(starts) + len(ends)))),
            "generate_hints": "false",
        }
        if roads.exclude:
            query["exclude"] = ",".join(roads.exclude)
        why = ""
        for pause in range(TRIES):
            await asyncio.sleep(pause * PAUSE_S)
            try:
                answer = await client.get(f"{roads.url}/table/v1/driving/{where}", params=query)
                body: dict[str, Any] = answer.json()
            except (httpx.HTTPError, ValueError) as error:
                why = type(error).__name__
                continue
            if body.get("code") == "Ok":
                self._date(body.get("data_version"))
                return body
            why = str(body.get("message") or body.get("code"))
            if answer.is_client_error:
                break  # it would say the same again
        raise RoadsAway(why)

    def _date(self, version: object) -> None:
        """A map made with `--data_version` and a moment says how old it is."""
        try:
            dated = datetime.fromisoformat(str(version))
            self.map_dated_at = dated if dated.tzinfo else dated.replace(tzinfo=UTC)
        except ValueError:
            self.map_dated_at = None


@dataclass(frozen=True)
class _Table:
    """What was answered, as it was: None where there is no way. Rows are those of `points`."""

    points: tuple[GeoPoint, ...]
    metres: list[list[float | None]]
    seconds: list[list[float | None]]

    def place(self, row: int, column: int, answer: Mapping[str, Any]) -> None:
        """Enter one block."""
        for whole, part in ((self.metres, "distances"), (self.seconds, "durations")):
            for offset, cells in enumerate(answer[part]):
                whole[row + offset][column : column + len(cells)] = cells

    def among(self, points: Sequence[GeoPoint]) -> "_Table":
        """The same for some of the points."""
        place_of = {point: place for place, point in enumerate(self.points)}
        places = [place_of[point] for point in points]
        metres, seconds = (
            [[cells[a][b] for b in places] for a in places] for cells in (self.metres, self.seconds)
        )
        return _Table(tuple(points), metres, seconds)


def _travel(table: _Table, profile: Profile) -> Travel:
    ways = _ways(table, profile)
    return Travel.model_construct(
        points=table.points,
        metres=tuple(map(tuple, ways.metres)),
        seconds=tuple(map(tuple, ways.seconds)),
    )


def _ways(table: _Table, profile: Profile) -> Ways:
    """Whole metres and seconds. Rounded up: a plan may be early, not late."""
    far_m, far_s = UNREACHABLE
    metres = [[far_m if cell is None else round(cell) for cell in row] for row in table.metres]
    if profile.vehicle_class in BIKES:
        by_bike = (zip(row, seconds_at(row, profile.speed_kmh), strict=True) for row in metres)
        return Ways(metres, [[far_s if m == far_m else s for m, s in row] for row in by_bike])
    seconds = [[far_s if cell is None else _up(cell) for cell in row] for row in table.seconds]
    return Ways(metres, seconds)


def _up(seconds: float) -> int:
    return int(Decimal(str(seconds)).to_integral_value(ROUND_CEILING))
