"""A person proposes a lead: found in a workshop, by an advisor, or asked for by an actor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import FlowId, LeadId
from maillage_matching.domain.draft import LeadKind
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.lead import Lead, LeadSource
from maillage_matching.domain.proposal import content_proposed
from maillage_matching.usecases.ground import ground_today, sides_of
from maillage_matching.usecases.store import Store
from maillage_matching.usecases.told import surfaced


@dataclass(frozen=True, kw_only=True)
class ProposeLead:
    """Which flows may serve one another, who says so, and in which words."""

    lead_id: LeadId
    source: LeadSource
    kind: LeadKind
    flow_ids: tuple[FlowId, ...]
    note: str


async def propose_lead(
    command: ProposeLead, store: Store, now: datetime, *, knowledge: Knowledge
) -> Iterable[Event]:
    """Put it on the desk at once: it takes no quota, and it works with the engine off."""
    known = sides_of(await store.known_flows(command.flow_ids), knowledge)
    by_id = {side.flow.flow_id: side for side in known}
    missing = [str(flow_id) for flow_id in command.flow_ids if flow_id not in by_id]
    if missing:
        raise Invalid("flow_ids", f"not declared: {', '.join(missing)}")
    sides = [by_id[flow_id] for flow_id in dict.fromkeys(command.flow_ids)]
    ground = await ground_today(store, await store.policy(), knowledge, now)
    lead = Lead(
        lead_id=command.lead_id,
        slot=f"person:{command.lead_id}",
        key=command.source,
        status="surfaced",
        source=command.source,
        content=content_proposed(command.kind, sides, command.note, ground),
        created_at=now,
        surfaced_at=now,
    )
    await store.save_leads([lead])
    return [surfaced(lead)]
