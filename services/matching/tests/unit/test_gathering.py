"""Groups around free centres: nobody twice, nobody too far, and nearly as good as can be."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from math import e
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_contracts.vocabulary import ActorId, FlowId, GeoPoint
from maillage_matching.adapters.hexagons import Hexagons
from maillage_matching.domain.gathering import Group, Source, gather

GRID = Hexagons(8)
COARSE = Hexagons(6)
REACH_KM = 5.0
COARSE_REACH_KM = 8.0
"""Few cells for each point, so that all choices of some can be tried."""


def a_source(number: int, lat: float, lon: float, amount: int = 10, firm: int = 0) -> Source:
    return Source(
        flow_id=FlowId(UUID(int=number)),
        firm=ActorId(UUID(int=firm or number)),
        point=GeoPoint(lat=lat, lon=lon),
        amount=Decimal(amount),
    )


@st.composite
def sources(draw: st.DrawFn, most: int = 8) -> list[Source]:
    places = st.tuples(
        st.floats(46.0, 46.3), st.floats(6.0, 6.4), st.integers(0, 20), st.integers(1, 4)
    )
    told = draw(st.lists(places, max_size=most))
    return [
        a_source(number, lat, lon, amount, firm)
        for number, (lat, lon, amount, firm) in enumerate(told, start=1)
    ]


def covered(groups: Sequence[Group]) -> Decimal:
    return sum((group.amount for group in groups), Decimal(0))


def one_by_one(those: Sequence[Source], reach_km: float, firms_min: int) -> list[Group]:
    """The same choice without any cleverness: every cell counted again each time."""
    left = sorted(those, key=lambda one: one.flow_id.int)
    groups: list[Group] = []
    while True:
        reached: dict[str, list[Source]] = {}
        for source in left:
            for cell, _ in COARSE.near(source.point, reach_km):
                reached.setdefault(cell, []).append(source)
        found = [
            Group(cell, COARSE.centre(cell), tuple(members)) for cell, members in reached.items()
        ]
        found = [group for group in found if group.firms >= firms_min]
        if not found:
            return groups
        best = min(found, key=_order)
        groups.append(best)
        left = [source for source in left if source not in best.sources]


def _order(group: Group) -> tuple[Decimal, int, float, str]:
    effort = sum(float(one.amount) * one.point.distance_km(group.centre) for one in group.sources)
    return -group.amount, -group.firms, round(effort, 6), group.cell


@settings(max_examples=40, deadline=None)
@given(sources(), st.integers(1, 3))
def test_lazy_is_the_same_as_counting_every_time(those: list[Source], firms_min: int) -> None:
    lazy = gather(those, COARSE, COARSE_REACH_KM, firms_min=firms_min)
    assert lazy == one_by_one(those, COARSE_REACH_KM, firms_min)


@settings(max_examples=25, deadline=None)
@given(sources(most=6))
def test_so_many_centres_reach_nearly_as_much_as_the_best_choice_of_them(
    those: list[Source],
) -> None:
    groups = gather(those, COARSE, COARSE_REACH_KM, firms_min=1)
    reached: dict[str, frozenset[Source]] = {}
    for one in those:
        for cell, _ in COARSE.near(one.point, COARSE_REACH_KM):
            reached[cell] = reached.get(cell, frozenset()) | {one}
    sets = set(reached.values())  # many cells reach the same: they need not be tried again
    for centres in (1, 2, 3):
        best = max(
            (_reach(chosen) for chosen in combinations(sets, min(centres, len(sets)))),
            default=Decimal(0),
        )
        ours = covered(groups[:centres])
        assert ours <= best
        assert float(ours) >= (1 - 1 / e) * float(best) - 1e-9
        assert centres > 1 or ours == best


def _reach(chosen: Sequence[frozenset[Source]]) -> Decimal:
    return sum((one.amount for one in frozenset[Source]().union(*chosen)), Decimal(0))


@settings(max_examples=15, deadline=None)
@given(sources(), st.randoms(use_true_random=False))
def test_the_order_in_which_flows_came_does_not_matter(those: list[Source], chance: Random) -> None:
    mixed = list(those)
    chance.shuffle(mixed)
    assert gather(mixed, GRID, REACH_KM, firms_min=2) == gather(those, GRID, REACH_KM, firms_min=2)


@settings(max_examples=20, deadline=None)
@given(sources())
def test_nobody_is_in_two_groups_or_beyond_reach(those: list[Source]) -> None:
    groups = gather(those, GRID, REACH_KM, firms_min=2)
    members = [one.flow_id for group in groups for one in group.sources]
    assert len(members) == len(set(members))
    for group in groups:
        assert group.firms >= 2
        assert all(one.point.distance_km(group.centre) <= REACH_KM for one in group.sources)
    assert [group.amount for group in groups] == sorted((g.amount for g in groups), reverse=True)


@settings(max_examples=20, deadline=None)
@given(st.floats(-60, 70), st.floats(-179, 179), st.sampled_from([(8, 5.0), (6, 30.0)]))
def test_no_cell_within_reach_is_forgotten(
    lat: float, lon: float, layout: tuple[int, float]
) -> None:
    resolution, reach_km = layout
    grid, point = Hexagons(resolution), GeoPoint(lat=lat, lon=lon)
    found = dict(grid.near(point, reach_km))
    farther = grid.near(point, reach_km * 1.5)
    assert found == {cell: km for cell, km in farther if km <= reach_km}
    assert found[grid.cell(point)] == point.distance_km(grid.centre(grid.cell(point)))


def test_a_centre_may_be_where_no_firm_is() -> None:
    """Two firms eight kilometres apart: neither reaches the other, a place between reaches both."""
    one, other = a_source(1, 46.00, 6.0), a_source(2, 46.072, 6.0)
    assert one.point.distance_km(other.point) > REACH_KM
    (group,) = gather([one, other], GRID, REACH_KM, firms_min=2)
    assert group.sources == (one, other)
    assert group.centre.distance_km(GeoPoint(lat=46.036, lon=6.0)) < 1


def test_two_hundred_firms_of_a_zone_are_one_group() -> None:
    crowd = [a_source(number, 46.0 + number / 20_000, 6.0) for number in range(1, 201)]
    (group,) = gather(crowd, GRID, REACH_KM, firms_min=2)
    assert group.firms == 200
    assert group.amount == 2000


def test_what_is_kept_stays_where_it_is_and_takes_in_who_came() -> None:
    near = [a_source(number, 46.0, 6.0 + number / 1000) for number in range(1, 4)]
    centre, _ = next(iter(GRID.near(GeoPoint(lat=46.03, lon=6.0), 1)))
    (group,) = gather(near, GRID, REACH_KM, firms_min=3, kept=[centre])
    assert (group.cell, group.sources) == (centre, tuple(near))
    assert gather(near[:1], GRID, REACH_KM, firms_min=3, kept=[centre])[0].firms == 1
    far = GRID.cell(GeoPoint(lat=48.0, lon=2.0))
    assert gather(near, GRID, REACH_KM, firms_min=3, kept=[far])[0].cell != far


def test_firms_that_tell_no_amount_are_gathered_too() -> None:
    silent = [a_source(number, 46.0, 6.0, amount=0) for number in range(1, 4)]
    loud = a_source(9, 46.0, 6.2, amount=5)
    groups = gather([*silent, loud], GRID, REACH_KM, firms_min=3)
    assert [(group.firms, group.amount) for group in groups] == [(3, Decimal(0))]
