"""A day three ways: what each order carried takes, and who bears the shared day, exactly."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_contracts.vocabulary import ActorId, Money, OrderId, TourId
from maillage_tours.domain.day import Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import a_day, a_vehicle, an_id, an_order, made, place
from maillage_tours.domain.scenario import Account, Driven, Outcome, accounts_of
from maillage_tours.domain.sharing_out import split_cents
from maillage_tours.domain.tour import Figures, Tour
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
Left = tuple[int, int, int]
"""How many orders an actor has, how many of them are left alone, and how many shared."""
NAMES = ("Ana", "Bo", "Cy")
TOTAL_CENTS = st.integers(0, 10**6)
ALONE_CENTS = st.integers(1, 10**6)
LEFT = st.tuples(st.integers(1, 4), st.integers(0, 4), st.integers(0, 4)).map(
    lambda drawn: (drawn[0], min(drawn[0], drawn[1]), min(drawn[0], drawn[2]))
)
CARRIED = st.fixed_dictionaries({"Ana": st.just((2, 0, 0)), "Bo": LEFT, "Cy": LEFT})


def an_outcome(cents: int, carried: int) -> Outcome:
    figure = Decimal(cents) / 100
    return made(
        Outcome,
        {},
        way="as_is",
        tours=1,
        distance_km=figure,
        empty_km=0,
        fills=(),
        hours=figure,
        cost=Money(amount=figure),
        kgco2e=figure,
        km_without_factor=0,
        insertion_hours=0,
        carried=carried,
        unserved=(),
        solver="any",
        was_cut=False,
    )


@settings(max_examples=40)
@given(TOTAL_CENTS, st.integers(1, 10_000))
def test_what_an_order_takes_times_their_number_is_the_sum(cents: int, carried: int) -> None:
    one = an_outcome(cents, carried)
    assert one.per_order is not None
    for each in one.per_order.model_dump().values():
        assert abs(each * carried - Decimal(cents) / 100) <= carried * Decimal("0.00005")


def test_where_nothing_is_carried_no_order_takes_anything() -> None:
    assert an_outcome(0, 0).per_order is None
    assert an_outcome(190163, 390).model_dump()["per_order"]["cost"] == Decimal("4.8760")


@pytest.fixture
async def tour(plan: Planner) -> Tour:
    return (await plan(a_day([an_order()]))).tours[0]


def driven(tour: Tour, cents: Mapping[str, int], left: set[OrderId]) -> Driven:
    """A tour of each, for so much."""
    tours = [
        tour.model_copy(
            update={
                "tour_id": TourId(an_id(f"tour {name}")),
                "vehicle": a_vehicle(owner_id=an_id(name)),
            }
        )
        for name in cents
    ]
    figures = {
        one.tour_id: made(Figures, {}, distance_km=1, empty_km=0, load_factor=1, hours=1, cost=cost)
        for one, cost in zip(tours, map(_money, cents.values()), strict=True)
    }
    return Driven(tours, figures, dict.fromkeys(left, "no room"), "any", was_cut=False)


def _money(cents: int) -> Money:
    return Money(amount=Decimal(cents) / 100)


def orders_of(counts: Mapping[str, int]) -> dict[str, list[Order]]:
    return {
        name: [an_order(f"{name} {one}", pickup=place(name, at)) for one in range(counts[name])]
        for at, name in enumerate(counts, start=1)
    }


def borne(
    tour: Tour, alone: Mapping[str, int], shared: int, left: Mapping[str, Left]
) -> dict[str, Account]:
    """The accounts of actors who pay so much alone, and of so many orders leave so many."""
    orders = orders_of({name: count for name, (count, _, _) in left.items()})
    gone = [
        {one.order_id for name, some in orders.items() for one in some[: left[name][way]]}
        for way in (1, 2)
    ]
    ways = driven(tour, alone, gone[0]), driven(tour, {"Hub": shared}, gone[1])
    found = list(accounts_of(*ways, [one for some in orders.values() for one in some]))
    names = {ActorId(an_id(name)): name for name in left}
    assert [one.actor_id for one in found] == sorted(names)
    return {names[one.actor_id]: one for one in found}


def test_shares_add_up_and_who_is_not_carried_bears_nothing(tour: Tour) -> None:
    @settings(max_examples=40)
    @given(st.fixed_dictionaries(dict.fromkeys(NAMES, ALONE_CENTS)), TOTAL_CENTS, CARRIED)
    def hold(alone: dict[str, int], shared: int, left: dict[str, Left]) -> None:
        accounts = borne(tour, alone, shared, left)
        borne_eur = sum((one.share.amount for one in accounts.values()), Decimal(0))
        assert borne_eur == Decimal(shared) / 100
        for name, one in accounts.items():
            count, left_alone, left_shared = left[name]
            assert one.alone.amount == Decimal(alone[name]) / 100
            assert (one.unserved_alone, one.unserved_shared) == (left_alone, left_shared)
            is_alike = left_alone == left_shared == 0
            assert one.saving == (one.alone.amount - one.share.amount if is_alike else None)
            assert one.share.amount == 0 or left_shared < count

    hold()


def test_where_all_is_carried_everybody_saves_the_same_part(tour: Tour) -> None:
    alone = {"Ana": 1000, "Bo": 501, "Cy": 0}
    accounts = borne(tour, alone, 700, {"Ana": (1, 0, 0), "Bo": (3, 0, 0), "Cy": (2, 0, 0)})
    shares = {name: int(one.share.amount * 100) for name, one in accounts.items()}
    assert shares == split_cents(700, alone) == {"Ana": 466, "Bo": 234, "Cy": 0}


def test_an_order_that_nobody_carries_alone_is_not_free_when_others_carry_it(tour: Tour) -> None:
    """Bo carries one of ten alone, for 4 euros; Cy none: its two count as the usual 5 euros."""
    left = {"Ana": (1, 0, 0), "Bo": (10, 9, 0), "Cy": (2, 2, 0)}
    accounts = borne(tour, {"Ana": 600, "Bo": 400}, 5600, left)
    assert {name: one.share.amount for name, one in accounts.items()} == {
        "Ana": 600 // 100,
        "Bo": 4000 // 100,
        "Cy": 1000 // 100,
    }
    half = borne(tour, {"Ana": 600, "Bo": 400}, 3600, left | {"Bo": (10, 9, 5)})
    assert half["Bo"].share.amount == 20
