"""The store in dictionaries, for tests: what is kept is frozen, so a copy of it is cheap."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from maillage_contracts.refusals import Stale
from maillage_contracts.vocabulary import ActorId, FlowId, GeoPoint, RoundId
from maillage_matching.adapters.memory_collective import MemoryCollective
from maillage_matching.adapters.memory_decisions import page
from maillage_matching.adapters.memory_outcomes import MemoryOutcomes
from maillage_matching.adapters.memory_patterns import MemoryPatterns
from maillage_matching.adapters.memory_rulings import MemoryRulings
from maillage_matching.domain.actor import WASTE_TRANSPORT, Actor
from maillage_matching.domain.existing_round import Box, Round
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.generated import Couple
from maillage_matching.domain.nearby import Nearby, Sought
from maillage_matching.domain.pair import Ask
from maillage_matching.domain.policy import Arrivals, Policy
from maillage_matching.domain.search import Keys
from maillage_matching.domain.substitution import Pairing, slot_of_need
from maillage_matching.usecases.store import (
    CANDIDATES_MAX,
    After,
    Known,
    SaidOfConsent,
    key_of_pairing,
)

NO_KEYS = Keys(frozenset(), None)


@dataclass(frozen=True)
class FlowRow:
    """A flow with what the engine keeps beside it."""

    flow: Flow
    sequence: int
    followed_at: datetime
    knowledge: str | None = None
    keys: Keys = NO_KEYS


@dataclass
class MemoryStore(MemoryOutcomes, MemoryPatterns, MemoryCollective, MemoryRulings):
    """Everything in memory."""

    flow_rows: dict[FlowId, FlowRow] = field(default_factory=dict[FlowId, FlowRow])
    due_rows: dict[FlowId, datetime] = field(default_factory=dict[FlowId, datetime])
    actor_rows: dict[ActorId, tuple[Actor, int]] = field(
        default_factory=dict[ActorId, tuple[Actor, int]]
    )
    consent_rows: dict[tuple[ActorId, str], tuple[bool, int]] = field(
        default_factory=dict[tuple[ActorId, str], tuple[bool, int]]
    )
    round_rows: dict[RoundId, tuple[Round, int]] = field(
        default_factory=dict[RoundId, tuple[Round, int]]
    )
    policy_rows: dict[int, Policy] = field(default_factory=lambda: {1: Policy()})
    pairing_rows: dict[tuple[int, int], Pairing] = field(
        default_factory=dict[tuple[int, int], Pairing]
    )
    """By need and offer, as numbers: there are many, and UUIDs compare slowly."""
    near: Nearby = field(default_factory=Nearby)
    stream_rows: dict[str, float] = field(default_factory=dict[str, float])
    ask_rows: dict[tuple[FlowId, str], datetime] = field(
        default_factory=dict[tuple[FlowId, str], datetime]
    )

    def __deepcopy__(self, _memo: dict[int, object]) -> Self:
        """What is in the dictionaries never changes, only the dictionaries do."""
        return type(self)(**{one.name: copy(getattr(self, one.name)) for one in fields(self)})

    # Copies

    async def follow_flows(self, flows: Sequence[tuple[Flow, int]], now: datetime) -> None:
        for flow, sequence in flows:
            row = self.flow_rows.get(flow.flow_id)
            if row is None:
                self.flow_rows[flow.flow_id] = FlowRow(flow, sequence, now)
            elif row.sequence < sequence:
                self.flow_rows[flow.flow_id] = replace(
                    row, flow=flow, sequence=sequence, followed_at=now
                )
            else:
                continue
            self._due(flow.flow_id, now)

    async def follow_actors(self, actors: Sequence[tuple[Actor, int]], now: datetime) -> None:
        for actor, sequence in actors:
            row = self.actor_rows.get(actor.actor_id)
            if row is None or row[1] < sequence:
                self.actor_rows[actor.actor_id] = actor, sequence
                await self.mark_due(now, actors=[actor.actor_id])

    async def follow_consents(self, said: Sequence[SaidOfConsent], now: datetime) -> None:
        for one in said:
            row = self.consent_rows.get((one.actor_id, one.purpose))
            if row is None or row[1] < one.sequence:
                self.consent_rows[one.actor_id, one.purpose] = one.is_given, one.sequence
                await self.mark_due(now, actors=[one.actor_id])

    async def follow_rounds(self, rounds: Sequence[tuple[Round, int]]) -> list[Round]:
        changed: list[Round] = []
        for one, sequence in rounds:
            row = self.round_rows.get(one.round_id)
            if row is None or row[1] < sequence:
                self.round_rows[one.round_id] = one, sequence
                changed += [row[0], one] if row else [one]
        return changed

    async def rounds(self, limit: int) -> list[Round]:
        ordered = (one for _, (one, _) in sorted(self.round_rows.items()))
        return [one for one in ordered if one.is_driven][:limit]

    async def mark_due_within(self, at: datetime, boxes: Sequence[Box]) -> None:
        for flow_id, row in self.flow_rows.items():
            place = row.flow.position
            if place is not None and row.flow.is_matchable and _is_within(place, boxes):
                self._due(flow_id, at)

    async def known_flows(self, flow_ids: Iterable[FlowId]) -> list[Known]:
        rows = {flow_id.int: self.flow_rows.get(flow_id) for flow_id in flow_ids}
        found = ((number, row) for number, row in rows.items() if row is not None)
        return [self._known(row) for _, row in sorted(found, key=lambda one: one[0])]

    async def actors(self, actor_ids: Iterable[ActorId]) -> list[Actor]:
        found = (self._actor(actor_id) for actor_id in sorted(set(actor_ids)))
        return [actor for actor in found if actor]

    async def waste_carriers(self) -> list[Actor]:
        actors = await self.actors(self.actor_rows)
        return [actor for actor in actors if actor.has_held(WASTE_TRANSPORT)]

    async def arrivals(self, *, lately: datetime, since: datetime) -> Arrivals | None:
        came = [row.followed_at for row in self._rows() if row.flow.is_matchable]
        came = [at for at in came if at > since]
        if not came:
            return None
        return Arrivals(sum(at > lately for at in came), min(came), max(came))

    def _rows(self) -> list[FlowRow]:
        return sorted(self.flow_rows.values(), key=lambda row: row.flow.flow_id.int)

    def _known(self, row: FlowRow) -> Known:
        return row.flow, self._actor(row.flow.actor_id)

    def _actor(self, actor_id: ActorId) -> Actor | None:
        row = self.actor_rows.get(actor_id)
        if row is None:
            return None
        refuses = frozenset(
            purpose
            for (who, purpose), (is_given, _) in self.consent_rows.items()
            if who == actor_id and not is_given
        )
        return row[0].model_copy(update={"refuses": refuses})

    # Found

    async def policy(self) -> Policy:
        return self.policy_rows[1]

    async def save_policy(self, policy: Policy) -> None:
        found = self.policy_rows[1].version
        if policy.version != found + 1:
            raise Stale(expected=policy.version - 1, found=found)
        self.policy_rows[1] = policy

    async def due_flows(self, now: datetime, knowledge: str, limit: int) -> list[Known]:
        due = {flow_id: at for flow_id, at in self.due_rows.items() if at <= now}
        for row in self._rows():
            if row.knowledge not in {None, knowledge}:
                due.setdefault(row.flow.flow_id, now)
        first = sorted(due, key=lambda flow_id: (due[flow_id], flow_id))[:limit]
        for flow_id in first:
            self.due_rows.pop(flow_id, None)
        return await self.known_flows(first)

    async def mark_due(
        self, at: datetime, *, flows: Iterable[FlowId] = (), actors: Iterable[ActorId] = ()
    ) -> None:
        ids, owners = set(flows), set(actors)
        for flow_id, row in self.flow_rows.items():
            if flow_id in ids or row.flow.actor_id in owners:
                self._due(flow_id, at)

    def _due(self, flow_id: FlowId, at: datetime) -> None:
        self.due_rows[flow_id] = min(self.due_rows.get(flow_id, at), at)

    async def mark_all_due(self, at: datetime) -> None:
        await self.mark_due(at, flows=self.flow_rows)

    async def schedule(self, due: Mapping[FlowId, datetime]) -> None:
        for flow_id, at in due.items():
            self._due(flow_id, at)

    async def keep_keys(self, keys: Mapping[FlowId, Keys], *, knowledge: str) -> set[str]:
        streams = {self.flow_rows[flow_id].keys.stream for flow_id in keys}
        for flow_id, one in keys.items():
            self.near.put(flow_id.int, one.words, one.at)
            row = self.flow_rows[flow_id]
            self.flow_rows[flow_id] = replace(row, keys=one, knowledge=knowledge)
        return {stream for stream in streams if stream}

    async def find_near(self, sought: Sequence[Sought]) -> list[list[FlowId]]:
        found = (self.near.find(one, CANDIDATES_MAX) for one in sought)
        return [[FlowId(UUID(int=number)) for number in numbers] for numbers in found]

    async def stream_flows(self, streams: Iterable[str]) -> list[Known]:
        wanted = set(streams)
        return [
            self._known(row)
            for row in self._rows()
            if row.flow.is_matchable and row.keys.stream in wanted
        ]

    async def open_flows(self, limit: int) -> list[Known]:
        return [self._known(row) for row in self._rows() if row.flow.is_matchable][:limit]

    async def pool_flows(self, slots: Iterable[str]) -> Mapping[str, list[Known]]:
        rows = {slot: self.pool_rows[slot].pool for slot in slots if slot in self.pool_rows}
        known = {slot: await self.known_flows(pool.flow_ids) for slot, pool in rows.items()}
        return {
            slot: [one for one in those if one[0].is_matchable] for slot, those in known.items()
        }

    async def keep_pairings(
        self, flow_ids: Iterable[FlowId], pairings: Sequence[Pairing]
    ) -> set[Couple]:
        ids = {flow_id.int for flow_id in flow_ids}
        rows = self.pairing_rows
        kept = {key: one for key, one in rows.items() if key[0] not in ids and key[1] not in ids}
        gone = (rows[key] for key in rows.keys() - kept.keys())
        self.pairing_rows = kept | {(one.need_id.int, one.offer_id.int): one for one in pairings}
        return {(one.need_id, one.offer_id) for one in gone if one.verdict == "pass"}

    async def keep_streams(self, scores: Mapping[str, float | None]) -> set[str]:
        gone = scores.keys() & self.stream_rows.keys()
        kept = {stream: score for stream, score in scores.items() if score is not None}
        rest = {name: score for name, score in self.stream_rows.items() if name not in gone}
        self.stream_rows = rest | kept
        return set(gone)

    async def best_slots(self, limit: int) -> list[str]:
        best: dict[FlowId, float] = {}
        for one in sorted(self.pairing_rows.values(), key=lambda one: one.score):
            if one.verdict == "pass":
                best[one.need_id] = one.score
        needs = {slot_of_need(need_id): score for need_id, score in best.items()}
        scores = {**self.stream_rows, **needs}
        free = scores.keys() - self.busy_slots()
        return sorted(free, key=lambda slot: (-scores[slot], slot))[:limit]

    async def good_pairings(
        self, need_ids: Iterable[FlowId], each: int, *, also: Iterable[FlowId] = ()
    ) -> list[Pairing]:
        needs, offers = {need_id.int for need_id in need_ids}, set(also)
        rows = self.pairing_rows.items()
        passing = [one for key, one in rows if key[0] in needs and one.verdict == "pass"]
        taken = Counter[tuple[FlowId, str | None]]()
        best: list[Pairing] = []
        for one in sorted(passing, key=lambda p: (-p.score, p.offer_id.int)):
            group = one.need_id, one.rule
            taken[group] += 1
            if taken[group] <= each or one.offer_id in offers:
                best.append(one)
        return sorted(best, key=lambda p: (p.need_id, p.rule or "", -p.score, p.offer_id))

    async def pairings(
        self, *, verdicts: Iterable[str], flow_id: FlowId | None, after: After, limit: int
    ) -> list[Pairing]:
        wanted = set(verdicts)
        rows = [
            one
            for key, one in self.pairing_rows.items()
            if one.verdict in wanted and (flow_id is None or flow_id.int in key)
        ]
        return page(rows, key_of_pairing, after, limit)

    async def asked(self, flow_ids: Iterable[FlowId]) -> Mapping[tuple[FlowId, str], datetime]:
        wanted = set(flow_ids)
        return {key: at for key, at in self.ask_rows.items() if key[0] in wanted}

    async def introductions(self, limit: int) -> list[tuple[datetime, datetime]]:
        told = [case for case in self.case_rows.values() if case.introduced_at]
        told.sort(key=lambda case: (case.introduced_at, case.case_id))
        found: list[tuple[datetime, datetime]] = []
        for case in told[-limit:]:
            rows = [self.flow_rows.get(one.flow_id) for one in case.members]
            seen = [row.flow.observed_at for row in rows if row]
            if seen and case.introduced_at:
                found.append((min(seen), case.introduced_at))
        return found

    async def questions(self) -> tuple[int, int]:
        asked = [(self.flow_rows.get(flow_id), what) for flow_id, what in self.ask_rows]
        known = [(row.flow, what) for row, what in asked if row]
        return sum(what in flow.open_questions for flow, what in known), len(known)

    async def verdicts(self) -> Mapping[str, int]:
        counts = Counter(one.verdict for one in self.pairing_rows.values())
        return {verdict: counts[verdict] for verdict in ("pass", "fail", "unknown")}

    async def keep_asks(self, asks: Sequence[Ask], now: datetime) -> None:
        for ask in asks:
            self.ask_rows.setdefault((ask.flow_id, ask.attribute), now)


def _is_within(place: GeoPoint, boxes: Sequence[Box]) -> bool:
    return any(
        one.south <= place.lat <= one.north and one.west <= place.lon <= one.east for one in boxes
    )
