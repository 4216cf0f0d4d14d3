"""What an examination rests on: flows as the engine sees them, and the state of the day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from maillage_matching.domain.acquaintance import QUARTER, acquainted
from maillage_matching.domain.actor import WASTE_TRANSPORT
from maillage_matching.domain.affinity import BEFORE_LEARNING, Model
from maillage_matching.domain.existing_round import Driven, Rounds
from maillage_matching.domain.gates_of_parties import TAKES_PART
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.lessons import learned_from, lessons_from, lessons_of, teaches
from maillage_matching.domain.nearby import Sought
from maillage_matching.domain.pair import Carriers, Ground, Side, side_of
from maillage_matching.domain.policy import Policy
from maillage_matching.domain.ruling import Rulings
from maillage_matching.domain.suppression import Suppressions
from maillage_matching.usecases.store import Known, Store

LESSONS_MAX = 1_000
"""Decisions that are learned from, the first ones: four years of an advisor with five a week."""

RULINGS_MAX = 1_000
"""Rulings that are obeyed, the first ones: it takes two people to adopt each of them."""
ROUNDS_MAX = 500
"""Rounds that are looked at, the first in the order of identifiers: a territory has dozens."""


def sides_of(known: Iterable[Known], knowledge: Knowledge) -> list[Side]:
    """Flows as the engine sees them."""
    return [side_of(flow, actor, knowledge) for flow, actor in known]


async def sides_near(
    sought: Sequence[Sought], store: Store, knowledge: Knowledge
) -> list[list[Side]]:
    """For each search the flows that it finds and that may be matched, nearest first."""
    if not any(one.words for one in sought):
        return [[] for _ in sought]
    found = await store.find_near(sought)
    known = await store.known_flows({flow_id for flow_ids in found for flow_id in flow_ids})
    sides = {
        side.flow.flow_id: side for side in sides_of(known, knowledge) if side.flow.is_matchable
    }
    return [[sides[one] for one in flow_ids if one in sides] for flow_ids in found]


async def _learned(store: Store, knowledge: Knowledge) -> Model:
    """What decisions here and patterns adopted teach, besides what the catalogue knows."""
    adopted = await store.suggestions(status="adopted", after=None, limit=LESSONS_MAX)
    lessons = lessons_from(one.pattern for one in adopted)
    decided = await store.leads(
        statuses=("accepted", "rejected"), source=None, after=None, limit=LESSONS_MAX
    )
    telling = [lead for lead in decided if teaches(lead.status, lead.reasons) is not None]
    if not telling and not lessons:
        return BEFORE_LEARNING
    flow_ids = {flow_id for lead in telling for flow_id in lead.content.flow_ids}
    sides = sides_of(await store.known_flows(flow_ids), knowledge)
    lessons += lessons_of(telling, {one.flow.flow_id: one for one in sides})
    return learned_from(lessons, knowledge)


async def ground_today(store: Store, policy: Policy, knowledge: Knowledge, now: datetime) -> Ground:
    """The policy, the suppressions and the carriers that hold today, and what was learned."""
    today = now.date()
    carriers = [actor for actor in await store.waste_carriers() if actor.status == "active"]
    names = {actor.name: actor.holds(WASTE_TRANSPORT, today) for actor in carriers}
    return Ground(
        knowledge=knowledge,
        model=await _learned(store, knowledge),
        policy=policy,
        today=today,
        suppressions=Suppressions(await store.suppressions(today), today),
        carriers=Carriers(
            valid=tuple(sorted(name for name, holds in names.items() if holds)),
            expired=tuple(sorted(name for name, holds in names.items() if not holds)),
        ),
        acquaintance=acquainted(
            (lead.content.actor_ids, lead.status == "accepted")
            for lead in await store.decided_since(now - QUARTER)
        ),
        rounds=await _rounds(store, today),
        rulings=Rulings(await store.rulings(status="adopted", after=None, limit=RULINGS_MAX)),
    )


async def _rounds(store: Store, today: date) -> Rounds:
    """Those that are driven, by firms that take part."""
    rounds = await store.rounds(ROUNDS_MAX)
    actors = await store.actors({one.actor_id for one in rounds}) if rounds else []
    drivers = {
        one.actor_id: one
        for one in actors
        if one.status in TAKES_PART and "matching" not in one.refuses
    }
    return Rounds(
        Driven(one, driver.name, driver.holds(WASTE_TRANSPORT, today))
        for one in rounds
        if (driver := drivers.get(one.actor_id)) is not None
    )
