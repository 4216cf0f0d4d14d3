"""Query: who bears what of a plan's cost."""

from maillage_contracts.vocabulary import PlanId
from maillage_tours.domain.sharing_out import Share, shares_of
from maillage_tours.domain.tour import TourStatus
from maillage_tours.usecases.store import Store, WantedOrders, WantedTours

TOURS_MAX = 500
ORDERS_MAX = 10_000


async def share_cost(plan_id: PlanId, store: Store) -> list[Share]:
    """Shares that add up to the cost of the tours that were not cancelled; raises NotFound."""
    plan = await store.plan(plan_id)
    tours = await store.tours(WantedTours(plan_id=plan_id), None, TOURS_MAX)
    orders = await store.orders(WantedOrders(on=plan.on), None, ORDERS_MAX)
    driven = [tour for tour in tours if tour.status != TourStatus.CANCELLED]
    return shares_of(driven, {order.order_id: order for order in orders})
