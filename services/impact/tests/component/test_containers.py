"""Containers for reuse: loops, losses and stock follow from what tours told of each."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.samples import a_returnable_unit_moved, an_id
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.entrypoints import kafka
from maillage_impact.usecases.store import Store
from maillage_impact.wiring import service
from maillage_serving.testing import NOON, client, deliver_twice, memory_runner, received

FIRST, SECOND = an_id("crate 1"), an_id("crate 2")
LIFE = (
    (FIRST, None, "in_stock", 0),
    (SECOND, None, "in_stock", 0),
    (FIRST, "in_stock", "out_full", 0),
    (FIRST, "out_full", "at_customer", 0),
    (FIRST, "at_customer", "out_empty", 0),
    (FIRST, "out_empty", "to_wash", 0),
    (FIRST, "to_wash", "in_stock", 1),
    (SECOND, "in_stock", "lost", 0),
)


@pytest.fixture
def runner() -> Runner[Store]:
    store: Store = MemoryStore()
    return memory_runner(store, service="impact")


async def tell(runner: Runner[Store], *life: tuple[object, str | None, str, int]) -> None:
    messages = [
        received(
            a_returnable_unit_moved(
                unit_id=unit_id,
                came_from=came_from,
                status=status,
                loops=loops,
                at=NOON + timedelta(hours=hour),
            ),
            hour,
        )
        for hour, (unit_id, came_from, status, loops) in enumerate(life, 1)
    ]
    await deliver_twice(runner, kafka.handlers(ZoneInfo("Europe/Paris")), *messages)


async def figures(runner: Runner[Store], first: str, last: str) -> dict[str, str]:
    async with client(service(), runner) as http:
        asked = f"/v1/accounts?about=territory&first={first}&last={last}"
        found = (await http.get(asked)).json()["figures"]
    return {figure["indicator"]: figure["value"] for figure in found}


async def test_loops_losses_and_stock_follow_from_each_step(runner: Runner[Store]) -> None:
    await tell(runner, *LIFE)
    assert await figures(runner, "2026-01-01", "2027-12-31") == {
        "container_returns": "1.000",
        "container_losses": "1.000",
        "container_stock": "1.000",
        "container_rotations": "1.00",
        "container_loss_rate": "100.00",
    }


async def test_what_was_lost_and_turns_up_again_takes_its_loss_back(runner: Runner[Store]) -> None:
    await tell(runner, *LIFE, (SECOND, "lost", "to_wash", 0), (FIRST, "in_stock", "scrapped", 1))
    found = await figures(runner, "2026-01-01", "2027-12-31")
    assert (found["container_losses"], found["container_stock"]) == ("0.000", "1.000")


async def test_a_stock_is_that_of_the_last_day_whenever_it_came(runner: Runner[Store]) -> None:
    await tell(runner, *LIFE[:2])
    year_after = await figures(runner, "2028-01-01", "2028-12-31")
    assert year_after == {"container_stock": "2.000"}
    assert await figures(runner, "2020-01-01", "2020-12-31") == {}


async def test_a_loop_counts_once_for_its_number_by_whatever_event(runner: Runner[Store]) -> None:
    again = (FIRST, "to_wash", "in_stock", 1)
    await tell(runner, again, again)
    assert (await figures(runner, "2026-01-01", "2027-12-31"))["container_returns"] == "1.000"
