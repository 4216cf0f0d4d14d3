"""Now and then: who could be collected from together, around centres that nobody has to own."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_matching.domain.collecting import is_worth_telling, pools_of
from maillage_matching.domain.draft import Draft
from maillage_matching.domain.gathering import Grid
from maillage_matching.domain.generated import generated_pools
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.lead import WAITS_FOR_A_PERSON, still_holds
from maillage_matching.domain.pair import Ground
from maillage_matching.domain.pooling import may_join
from maillage_matching.usecases.draft_leads import drafts_for_streams
from maillage_matching.usecases.ground import ground_today, sides_of
from maillage_matching.usecases.store import Store

FLOWS_MAX = 50_000
"""Looked at together; a hub of that size should be two territories."""


@dataclass(frozen=True)
class GatherStreams:
    """All that is open today."""


async def gather_streams(
    _: GatherStreams, store: Store, now: datetime, *, knowledge: Knowledge, grid: Grid
) -> Iterable[Event]:
    """Keep the groups, and let those that pay, or nearly do, wait for room in the inbox.

    Who joined a group or left it is in its lead from now on, if that waits for a decision.
    """
    ground = await ground_today(store, await store.policy(), knowledge, now)
    open_flows = sides_of(await store.open_flows(FLOWS_MAX), knowledge)
    sides = [side for side in open_flows if may_join(side, ground)]
    before = await store.lead_pools()
    kept = await _kept(before, store, ground)
    pools = await asyncio.to_thread(pools_of, sides, grid, knowledge, kept)
    await store.keep_pools(pools, now)
    if ground.policy.is_on:
        slots = {pool.slot for pool in pools if pool.is_lead}
        drafts = await drafts_for_streams(slots, store, ground)
        scores = {
            slot: draft.content.score for slot, draft in drafts.items() if is_worth_telling(draft)
        }
        found = {**dict.fromkeys((*before, *slots)), **scores}
        shared = await store.keep_streams(found)
        await store.count_generated(generated_pools(found, shared))
        waiting = await store.waiting_leads(slots=found)
        now_so = [still_holds(lead, _those(drafts.get(lead.slot)), now) for lead in waiting]
        await store.save_leads([lead for lead in now_so if lead])
    return []


def _those(draft: Draft | None) -> Sequence[Draft]:
    return [draft] if draft else []


async def _kept(slots: Iterable[str], store: Store, ground: Ground) -> set[str]:
    """Those with a lead that waits or a case that is open, and those that were turned down."""
    busy = {
        lead.slot
        for lead in await store.leads_of_slots(slots)
        if lead.status in WAITS_FOR_A_PERSON or lead.case_open
    }
    return busy | {slot for slot in slots if ground.suppressions.of_slot(slot)}
