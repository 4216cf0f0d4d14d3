"""Bring leads in step with what the engine proposes now, for the needs and streams concerned."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.actor import WASTE_TRANSPORT, Actor
from maillage_matching.domain.draft import Draft
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.lead import WAITS_FOR_A_PERSON, Lead, settle
from maillage_matching.domain.pair import Carriers, Ground, Side, side_of, token_of_spec
from maillage_matching.domain.policy import Policy
from maillage_matching.domain.pooling import draft_for_stream
from maillage_matching.domain.search import stream_of
from maillage_matching.domain.substitution import DONORS_MAX, Pairing, drafts_for_need, slot_of_need
from maillage_matching.domain.suppression import Suppressions
from maillage_matching.usecases.store import Known, Store

DONORS_LOADED = DONORS_MAX
"""Of each need and rule: the best, and one to tell that there are others."""
NEED, STREAM = "need:", "stream:"


@dataclass
class Slots:
    """The needs and the streams whose leads are to be settled."""

    needs: set[FlowId] = field(default_factory=set[FlowId])
    streams: set[str] = field(default_factory=set[str])

    def add(self, slots: Iterable[str]) -> None:
        """Add the slots of leads; those of people are nobody's."""
        for slot in slots:
            if slot.startswith(NEED):
                self.needs.add(FlowId(UUID(slot.removeprefix(NEED))))
            elif slot.startswith(STREAM):
                self.streams.add(slot)

    @property
    def names(self) -> list[str]:
        """All of them, in a fixed order."""
        return [*map(slot_of_need, sorted(self.needs)), *sorted(self.streams)]


async def ground_today(store: Store, policy: Policy, knowledge: Knowledge, now: datetime) -> Ground:
    """What an examination rests on today."""
    today = now.date()
    return Ground(
        knowledge=knowledge,
        policy=policy,
        today=today,
        suppressions=Suppressions(await store.suppressions(today), today),
        carriers=_carriers(await store.waste_carriers(), today),
    )


def _carriers(actors: Sequence[Actor], today: date) -> Carriers:
    active = [actor for actor in actors if actor.status == "active"]
    valid = [actor.name for actor in active if actor.holds(WASTE_TRANSPORT, today)]
    expired = [actor.name for actor in active if not actor.holds(WASTE_TRANSPORT, today)]
    return Carriers(tuple(sorted(valid)), tuple(sorted(expired)))


def sides_of(known: Iterable[Known], knowledge: Knowledge) -> list[Side]:
    """Flows as the engine sees them."""
    return [side_of(flow, actor, knowledge) for flow, actor in known]


async def settle_slots(slots: Slots, store: Store, ground: Ground, now: datetime) -> None:
    """Compare what would be proposed with what is, slot by slot, and keep the difference."""
    if not slots.names:
        return
    past = await store.leads_of_slots(slots.names)
    shown = {flow_id for lead in past for flow_id in _shown(lead)}
    drafts = await _drafts_for_needs(slots.needs, shown, store, ground)
    drafts |= await _drafts_for_streams(slots.streams, store, ground)
    changes = [
        settle(drafts.get(slot, ()), [lead for lead in past if lead.slot == slot], now)
        for slot in slots.names
    ]
    await store.forget_leads([lead_id for change in changes for lead_id in change.forget])
    await store.save_leads([lead for change in changes for lead in change.keep])


def _shown(lead: Lead) -> tuple[FlowId, ...]:
    """What waits for a person is looked at again, also where others would be better by now."""
    return lead.content.flow_ids if lead.status in WAITS_FOR_A_PERSON else ()


async def _drafts_for_needs(
    needs: AbstractSet[FlowId], shown: AbstractSet[FlowId], store: Store, ground: Ground
) -> dict[str, Sequence[Draft]]:
    pairings = await store.good_pairings(needs, DONORS_LOADED, also=shown) if needs else []
    if not pairings:
        return {}
    ids = {one.need_id for one in pairings} | {one.offer_id for one in pairings}
    known = sides_of(await store.known_flows(ids), ground.knowledge)
    sides = {side.flow.flow_id: side for side in known if side.flow.is_matchable}
    machines = await _machines(pairings, store, ground)
    offers: dict[FlowId, list[tuple[Side, str | None]]] = {}
    for one in pairings:
        if one.offer_id in sides and one.need_id in sides:
            offers.setdefault(one.need_id, []).append((sides[one.offer_id], one.rule))
    return {
        slot_of_need(need_id): drafts_for_need(sides[need_id], found, machines, ground)
        for need_id, found in offers.items()
    }


async def _machines(pairings: Sequence[Pairing], store: Store, ground: Ground) -> list[Side]:
    rules = (ground.knowledge.rules.get(one.rule) for one in pairings if one.rule)
    tokens = {token_of_spec(rule.equipment) for rule in rules if rule and rule.equipment}
    if not tokens:
        return []
    return sides_of(await store.find_flows(tokens, None), ground.knowledge)


async def _drafts_for_streams(
    streams: AbstractSet[str], store: Store, ground: Ground
) -> dict[str, Sequence[Draft]]:
    if not streams:
        return {}
    knowledge = ground.knowledge
    members: dict[str, list[Side]] = {stream: [] for stream in streams}
    for side in sides_of(await store.stream_flows(streams), knowledge):
        members.setdefault(stream_of(side, knowledge) or "", []).append(side)
    outlets = await _outlets(members, store, ground)
    drafts: dict[str, Sequence[Draft]] = {}
    for stream in streams:
        draft = draft_for_stream(stream, members[stream], outlets, ground)
        drafts[stream] = [draft] if draft else []
    return drafts


async def _outlets(
    members: Mapping[str, Sequence[Side]], store: Store, ground: Ground
) -> list[Side]:
    specs = {side.spec for sides in members.values() for side in sides}
    rules = [rule for spec in specs if (rule := ground.knowledge.outlet_of(spec))]
    tokens = {token_of_spec(word) for rule in rules for word in (rule.equipment, rule.from_spec)}
    if not tokens:
        return []
    return sides_of(await store.find_flows(tokens, None), ground.knowledge)
