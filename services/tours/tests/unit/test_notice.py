"""Which orders are called forgotten: near, and in no tour."""

from datetime import timedelta

import pytest

from maillage_tours.domain.notice import NOTICE, UNPLANNED, late_to_plan
from maillage_tours.domain.order import OrderStatus
from maillage_tours.domain.samples import an_order


def test_an_order_is_late_from_twelve_hours_before_its_pickup() -> None:
    order = an_order()
    begins = order.pickup_window.start
    assert late_to_plan([order], begins - NOTICE - timedelta(seconds=1)) == 0
    assert late_to_plan([order, an_order("milk")], begins - NOTICE) == 2


@pytest.mark.parametrize("status", OrderStatus)
def test_only_what_is_in_no_tour_and_may_still_be_is_late(status: OrderStatus) -> None:
    order = an_order(status=status)
    assert late_to_plan([order], order.pickup_window.start) == (status in UNPLANNED)
