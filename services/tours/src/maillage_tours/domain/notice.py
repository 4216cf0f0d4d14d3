"""Which orders should be in a tour by now and are not."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from maillage_tours.domain.order import Order, OrderStatus

NOTICE = timedelta(hours=12)
"""Before its pickup may begin: the evening before, while a driver can still be told. Our figure."""
UNPLANNED = (OrderStatus.REQUESTED, OrderStatus.ACCEPTED)


def late_to_plan(orders: Iterable[Order], now: datetime) -> int:
    """How many of these orders are in no tour although their pickup may begin within NOTICE."""
    return sum(
        order.status in UNPLANNED and order.pickup_window.start - NOTICE <= now for order in orders
    )
