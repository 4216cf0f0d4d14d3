"""What an examination rests on: flows as the engine sees them, and the state of the day."""

from collections.abc import Iterable
from datetime import datetime

from maillage_matching.domain.actor import WASTE_TRANSPORT
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Carriers, Ground, Side, side_of
from maillage_matching.domain.policy import Policy
from maillage_matching.domain.suppression import Suppressions
from maillage_matching.usecases.store import Known, Store


def sides_of(known: Iterable[Known], knowledge: Knowledge) -> list[Side]:
    """Flows as the engine sees them."""
    return [side_of(flow, actor, knowledge) for flow, actor in known]


async def ground_today(store: Store, policy: Policy, knowledge: Knowledge, now: datetime) -> Ground:
    """The policy, the suppressions and the carriers that hold today."""
    today = now.date()
    carriers = [actor for actor in await store.waste_carriers() if actor.status == "active"]
    names = {actor.name: actor.holds(WASTE_TRANSPORT, today) for actor in carriers}
    return Ground(
        knowledge=knowledge,
        policy=policy,
        today=today,
        suppressions=Suppressions(await store.suppressions(today), today),
        carriers=Carriers(
            valid=tuple(sorted(name for name, holds in names.items() if holds)),
            expired=tuple(sorted(name for name, holds in names.items() if not holds)),
        ),
    )
