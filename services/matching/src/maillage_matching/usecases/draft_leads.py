"""What the engine would propose today for some needs and some streams."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.draft import Draft
from maillage_matching.domain.nearby import Sought
from maillage_matching.domain.pair import Ground, Side, token_of_spec
from maillage_matching.domain.pooling import draft_for_stream
from maillage_matching.domain.search import stream_of, word
from maillage_matching.domain.substitution import (
    DONORS_MAX,
    SLOT_OF_NEED,
    Pairing,
    drafts_for_need,
    slot_of_need,
)
from maillage_matching.usecases.ground import sides_near, sides_of
from maillage_matching.usecases.store import Store

Drafts = Mapping[str, Sequence[Draft]]


async def drafts_of_slots(
    slots: Iterable[str], store: Store, ground: Ground, *, shown: AbstractSet[FlowId] = frozenset()
) -> Drafts:
    """The drafts of each slot, best first; a slot with nothing to propose has none.

    Of each need the best donors are looked at, and those already shown to somebody.
    """
    needs = {need for slot in slots if (need := need_of_slot(slot)) is not None}
    streams = {slot for slot in slots if need_of_slot(slot) is None}
    of_needs = await _drafts_for_needs(needs, shown, store, ground)
    of_streams = await drafts_for_streams(streams, store, ground)
    return {**of_needs, **{slot: [draft] for slot, draft in of_streams.items()}}


def need_of_slot(slot: str) -> FlowId | None:
    """The need that a slot is of, or None for a stream."""
    if not slot.startswith(SLOT_OF_NEED):
        return None
    return FlowId(UUID(slot.removeprefix(SLOT_OF_NEED)))


async def _drafts_for_needs(
    needs: AbstractSet[FlowId], shown: AbstractSet[FlowId], store: Store, ground: Ground
) -> Drafts:
    pairings = await store.good_pairings(needs, DONORS_MAX, also=shown) if needs else []
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
    rules = (ground.knowledge.rule_named(one.rule) for one in pairings)
    machines = {machine for rule in rules if rule for machine in rule.machines}
    words = frozenset(word("out", token_of_spec(machine)) for machine in machines)
    return (await sides_near([Sought(words)], store, ground.knowledge))[0]


async def drafts_for_streams(
    streams: AbstractSet[str], store: Store, ground: Ground
) -> Mapping[str, Draft]:
    """The draft of each stream that enough firms may share."""
    if not streams:
        return {}
    knowledge = ground.knowledge
    members: dict[str, list[Side]] = {stream: [] for stream in streams}
    for side in sides_of(await store.stream_flows(streams), knowledge):
        members.setdefault(stream_of(side, knowledge) or "", []).append(side)
    for slot, known in (await store.pool_flows(streams)).items():
        members[slot] = sides_of(known, knowledge)
    outlets = await outlets_of(members.values(), store, ground)
    drafts = (draft_for_stream(one, members[one], outlets, ground) for one in sorted(streams))
    return {draft.slot: draft for draft in drafts if draft}


async def outlets_of(groups: Iterable[Sequence[Side]], store: Store, ground: Ground) -> list[Side]:
    """Whoever may treat what these groups have, wherever it is."""
    specs = {side.spec for sides in groups for side in sides}
    rules = [rule for spec in specs if (rule := ground.knowledge.outlet_of(spec))]
    words = {word("out", token_of_spec(rule.equipment)) for rule in rules}
    words |= {word("in", token_of_spec(rule.from_spec)) for rule in rules}
    return (await sides_near([Sought(frozenset(words))], store, ground.knowledge))[0]
