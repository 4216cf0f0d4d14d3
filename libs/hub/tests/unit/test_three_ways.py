"""A comparison in the words of the demo: what each order takes, what is left and why."""

from collections.abc import Mapping
from typing import Any

import pytest

from maillage_hub.demo.doors import Doors
from maillage_hub.demo.story import NotTrue
from maillage_hub.demo.three_ways import three_ways

GONE = [{"order_id": str(number), "reason": "closed to vans"} for number in range(2)]
EACH = {"cost": "5.6657", "distance_km": "2.9437", "hours": "0.2259", "kgco2e": "0.3267"}


class Told(Doors):
    """The doors of a hub that compared a day like this."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        super().__init__({}, str)
        self._found = found

    async def plan(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": "one", "asked": (path, body)}

    async def get(self, role: str, service: str, path: str, **query: object) -> dict[str, Any]:
        assert (role, service, path, query) == ("dispatcher", "tours", "/v1/comparisons/one", {})
        return dict(self._found)


def a_way(name: str, carried: int, **changes: object) -> dict[str, Any]:
    sums = dict.fromkeys(("distance_km", "empty_km", "hours", "insertion_hours", "kgco2e"), "1")
    usual = {"cost": {"amount": "9.00"}, "fills": (), "unserved": (), "was_cut": False}
    return {"way": name, "carried": carried, "per_order": EACH, **sums, **usual, **changes}


def compared(**changes: object) -> dict[str, Any]:
    """Three orders; as it is, two are left by the first actor."""
    usual = {"alone": {"amount": "10.00"}, "share": {"amount": "9.00"}, "orders": 3}
    account = {**usual, "unserved_alone": 2, "unserved_shared": 0, "saving": None}
    return {
        "orders": 3,
        "outcomes": [a_way("as_is", 1, unserved=GONE, was_cut=True), a_way("hub_and_bikes", 3)],
        "accounts": [account],
        "declared": {"distance_km": "0", "empty_km": "0", "cost": {"amount": "0.00"}},
        **changes,
    }


async def test_what_is_left_and_what_an_order_takes_are_told() -> None:
    told = await three_ways(Told(compared()), {}, orders=3)
    assert str(told["as is"]).endswith(
        "1 carried, 2 left; by order carried 5.67 euros, 2.94 km, 0.23 h, 0.327 kgCO2e;"
        " cut by the clock"
    )
    assert str(told["hub and bikes"]).endswith("0.327 kgCO2e")
    assert told["left, as is"] == ["2: closed to vans"]
    assert "left, hub and bikes" not in told
    assert told["shares"] == ["9.00 euros, of 3 orders left: 2 alone, 0 shared"]


async def test_a_way_that_carries_nothing_takes_nothing() -> None:
    unserved = [*GONE, {"order_id": "2", "reason": "too heavy"}]
    none = a_way("as_is", 0, unserved=unserved, per_order=None)
    told = await three_ways(
        Told(compared(outcomes=[none, a_way("hub_and_bikes", 3)])), {}, orders=3
    )
    assert str(told["as is"]).endswith("0 carried, 3 left; by order carried nothing")
    assert told["left, as is"] == ["2: closed to vans", "1: too heavy"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"orders": 2}, "2 orders were compared, not 3"),
        ({"outcomes": [a_way("as_is", 2)]}, "as_is lost orders"),
        ({"accounts": []}, "0 euros are borne of 9.00"),
    ],
)
async def test_what_does_not_add_up_ends_the_story(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(NotTrue, match=said):
        await three_ways(Told(compared(**changes)), {}, orders=3)
