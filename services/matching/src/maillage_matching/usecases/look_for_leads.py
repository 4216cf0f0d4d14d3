"""The engine at work, again and again: flows that changed are matched, and the inbox is filled."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.diversity import POOL, diverse
from maillage_matching.domain.flow import GONE
from maillage_matching.domain.gates_of_parties import TAKES_PART
from maillage_matching.domain.generated import generated, generated_pools
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.lead import WAITS_FOR_A_PERSON, Lead, born, still_holds
from maillage_matching.domain.pair import Ask, Ground, Side
from maillage_matching.domain.policy import PATIENCE, is_calm, room_for_leads, start_of, week_of
from maillage_matching.domain.road import DETOUR
from maillage_matching.domain.search import (
    counterparts_of,
    is_answered,
    keys_of,
    turns_on,
    unnamed,
)
from maillage_matching.domain.substitution import pair_up
from maillage_matching.domain.throttle import throttle_after
from maillage_matching.usecases.draft_leads import (
    drafts_for_streams,
    drafts_of_slots,
    need_of_slot,
)
from maillage_matching.usecases.ground import ground_today, sides_near, sides_of
from maillage_matching.usecases.store import Store
from maillage_matching.usecases.told import raised, surfaced

TELLING = timedelta(hours=1)
"""For so long a question just raised may not show on its flow yet."""
BEYOND = 1.5
"""Look somewhat farther than leads may go, so that "too far" can be told as a reason."""
DECISIONS_MAX = 1_000
"""Decisions that the pace is worked out from, the last ones."""
ON_DESKS_MAX = 200
"""Leads on the desks that a new one is compared with, the oldest."""


@dataclass(frozen=True)
class LookForLeads:
    """How many flows to match at most in one transaction; the others wait for the next."""

    flows_max: int = 100


async def look_for_leads(
    command: LookForLeads, store: Store, now: datetime, *, knowledge: Knowledge
) -> Iterable[Event]:
    """Match what is due, put off leads back on the desk, then fill the room that is left."""
    policy = await store.policy()
    due = await store.due_flows(now, knowledge.version, command.flows_max)
    ground = await ground_today(store, policy, knowledge, now)
    events: list[Event] = []
    if due:
        events += await _match(sides_of(due, knowledge), store, ground, now)
    events += await _wake(store, now)
    if policy.is_on and len(due) < command.flows_max:
        events += await _fill(store, ground, now)
    return events


async def _match(sides: Sequence[Side], store: Store, ground: Ground, now: datetime) -> list[Event]:
    knowledge = ground.knowledge
    keys = {side.flow.flow_id: keys_of(side, knowledge) for side in sides}
    streams = await store.keep_keys(keys, knowledge=knowledge.version)
    streams |= {key.stream for key in keys.values() if key.stream}
    waiting = await store.waiting_leads(
        flows=keys, rules=_rules_served_by(sides, ground), slots=streams
    )
    await _expire_overtaken(waiting, sides, store, ground, now)
    if not ground.policy.is_on:
        return []
    matchable = [side for side in sides if side.flow.is_matchable]
    await store.schedule(_turning_points(matchable, ground))
    found = await _counterparts(matchable, store, ground)
    # Half a second where many meet: the doors of this process stay open meanwhile.
    paired = await asyncio.to_thread(pair_up, list(zip(matchable, found, strict=True)), ground)
    passed = await store.keep_pairings(keys, paired.pairings)
    await store.count_generated(generated(paired.pairings, passed))
    drafts = await drafts_for_streams(streams, store, ground)
    scores = {one: drafts[one].content.score if one in drafts else None for one in streams}
    shared = await store.keep_streams(scores)
    await store.count_generated(generated_pools(scores, shared))
    await _refresh(waiting, store, ground, now)
    unnamed_ones = [ask for side in matchable if (ask := unnamed(side, knowledge))]
    others = [side for sides in found for side in sides]
    return await _ask([*unnamed_ones, *paired.asks], [*matchable, *others], store, now)


def _turning_points(sides: Iterable[Side], ground: Ground) -> dict[FlowId, datetime]:
    days = {side.flow.flow_id: turns_on(side, ground.today) for side in sides}
    return {flow_id: start_of(day) for flow_id, day in days.items() if day}


def _rules_served_by(sides: Sequence[Side], ground: Ground) -> set[str]:
    """Rules whose machine or outlet these flows may be: their leads may name it now."""
    rules: set[str] = set()
    for side in sides:
        rules |= ground.knowledge.rules_with(side.spec)
        outlet = ground.knowledge.outlet_of(side.spec)
        if outlet is not None and side.flow.direction == "in":
            rules.add(outlet.name)
    return rules


async def _counterparts(sides: Sequence[Side], store: Store, ground: Ground) -> list[list[Side]]:
    km = ground.policy.distance_km_max * BEYOND / DETOUR
    sought = [counterparts_of(side, km, ground.knowledge) for side in sides]
    return await sides_near(sought, store, ground.knowledge)


async def _expire_overtaken(
    waiting: Iterable[Lead], sides: Sequence[Side], store: Store, ground: Ground, now: datetime
) -> None:
    """Leads of people are theirs to judge, unless one of their flows or firms is out of reach.

    With the engine off the same goes for what it had put on the desk before.
    """
    gone = {side.flow.flow_id for side in sides if _is_gone(side)}
    theirs = [
        lead
        for lead in waiting
        if (lead.source != "engine" or not ground.policy.is_on)
        and gone.intersection(lead.content.flow_ids)
    ]
    await store.save_leads([lead.moved("expired", decided_at=now) for lead in theirs])


def _is_gone(side: Side) -> bool:
    actor = side.actor
    lost = actor is not None and (actor.status not in TAKES_PART or "matching" in actor.refuses)
    return lost or side.flow.status in GONE


async def _ask(
    asks: Sequence[Ask], sides: Iterable[Side], store: Store, now: datetime
) -> list[Event]:
    """One question for a flow at a time, and never the same one twice."""
    if not asks:
        return []
    asked_of = {ask.flow_id for ask in asks}
    flows = {side.flow.flow_id: side.flow for side in sides if side.flow.flow_id in asked_of}
    before = await store.asked({ask.flow_id for ask in asks})
    waiting: set[FlowId] = {
        flow_id
        for (flow_id, attribute), at in before.items()
        if not is_answered(flows[flow_id], attribute)
        and (attribute in flows[flow_id].open_questions or now - at < TELLING)
    }
    new: dict[FlowId, Ask] = {}
    for ask in asks:
        known = (ask.flow_id, ask.attribute) in before
        told = ask.attribute in flows[ask.flow_id].open_questions
        if not known and not told and ask.flow_id not in waiting:
            new.setdefault(ask.flow_id, ask)
    await store.keep_asks(list(new.values()), now)
    return [raised(ask) for ask in new.values()]


async def _wake(store: Store, now: datetime) -> list[Event]:
    woken = [
        lead.moved("surfaced", deferred_until=None) for lead in await store.deferred_to(now.date())
    ]
    await store.save_leads(woken)
    return [surfaced(lead) for lead in woken]


async def _refresh(waiting: Sequence[Lead], store: Store, ground: Ground, now: datetime) -> None:
    """Bring the engine's own leads in step with what it would propose now, or let them expire."""
    mine = [lead for lead in waiting if lead.source == "engine"]
    slots = {lead.slot for lead in mine}
    shown = {flow_id for lead in mine for flow_id in lead.content.flow_ids}
    drafts = await drafts_of_slots(slots, store, ground, shown=shown)
    changed = [still_holds(lead, drafts.get(lead.slot, ()), now) for lead in mine]
    await store.save_leads([lead for lead in changed if lead])


async def _fill(store: Store, ground: Ground, now: datetime) -> list[Event]:
    """Surface the best leads while there is room, looking once more whether they hold today.

    Not while flows still pour in: of many at once the best are shown, not the first.
    """
    throttle = throttle_after(one.is_accepted for one in await store.decisions(DECISIONS_MAX))
    room = room_for_leads(throttle.slowed(ground.policy), await store.desk(week_of(now)))
    quiet = timedelta(seconds=ground.policy.quiet_s)
    came = await store.arrivals(lately=now - quiet, since=now - PATIENCE * quiet)
    if not room or not is_calm(ground.policy, came, now):
        return []
    slots = await store.best_slots(room * POOL)
    drafts = await drafts_of_slots(slots, store, ground)
    good = [drafts[slot][0] for slot in slots if drafts.get(slot)]
    good = [draft for draft in good if (draft.content.score or 0.0) >= throttle.score_min]
    there = await store.leads(
        statuses=WAITS_FOR_A_PERSON, source=None, after=None, limit=ON_DESKS_MAX
    )
    best = diverse(good, [lead.content for lead in there], room, ground.knowledge.class_of)
    past = await store.leads_of_slots([draft.slot for draft in best])
    shown = [born(draft, past, now).moved("surfaced", surfaced_at=now) for draft in best]
    await store.save_leads(shown)
    await _look_again([slot for slot in slots if not drafts.get(slot)], store, now)
    return [surfaced(lead) for lead in shown]


async def _look_again(slots: Sequence[str], store: Store, now: datetime) -> None:
    """What had a good score and does not hold today makes room for the next."""
    needs = [need for slot in slots if (need := need_of_slot(slot)) is not None]
    await store.mark_due(now, flows=needs)
    await store.keep_streams({slot: None for slot in slots if need_of_slot(slot) is None})
