"""What people see and decide, in dictionaries."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from maillage_contracts.refusals import NotFound, Stale
from maillage_contracts.vocabulary import ActorId, CaseId, FlowId, LeadId, SynergyId
from maillage_matching.domain.case import OVER, Case
from maillage_matching.domain.lead import WAITS_FOR_A_PERSON, Lead
from maillage_matching.domain.policy import Desk
from maillage_matching.domain.suppression import Suppression
from maillage_matching.usecases.store import (
    After,
    KeptSynergy,
    key_of_case,
    key_of_lead,
    key_of_suppression,
    key_of_synergy,
)

T = TypeVar("T")
K = TypeVar("K")


@dataclass
class MemoryDecisions:
    """Leads, suppressions, cases and synergies."""

    lead_rows: dict[LeadId, Lead] = field(default_factory=dict[LeadId, Lead])
    suppression_rows: dict[UUID, Suppression] = field(default_factory=dict[UUID, Suppression])
    case_rows: dict[CaseId, Case] = field(default_factory=dict[CaseId, Case])
    synergy_rows: dict[SynergyId, KeptSynergy] = field(default_factory=dict[SynergyId, KeptSynergy])

    async def lead(self, lead_id: LeadId, *, to_change: bool = False) -> Lead:  # noqa: ARG002 nobody else is at work
        return found(self.lead_rows, lead_id, "lead")

    async def leads_of_slots(self, slots: Iterable[str]) -> list[Lead]:
        wanted = set(slots)
        return [lead for lead in self._leads() if lead.slot in wanted]

    async def waiting_leads(
        self,
        *,
        flows: Iterable[FlowId] = (),
        actors: Iterable[ActorId] = (),
        rules: Iterable[str] = (),
        slots: Iterable[str] = (),
    ) -> list[Lead]:
        ids, owners, names, places = set(flows), set(actors), set(rules), set(slots)
        return [
            lead
            for lead in self._leads()
            if lead.status in WAITS_FOR_A_PERSON
            and (
                ids.intersection(lead.content.flow_ids)
                or owners.intersection(lead.content.actor_ids)
                or lead.content.rule in names
                or lead.slot in places
            )
        ]

    async def save_leads(self, leads: Sequence[Lead]) -> None:
        self.lead_rows |= {lead.lead_id: lead for lead in leads}

    def busy_slots(self) -> set[str]:
        """Slots with a lead that waits, or a case that is open."""
        leads = self.lead_rows.values()
        return {lead.slot for lead in leads if lead.status in WAITS_FOR_A_PERSON or lead.case_open}

    async def desk(self, week: datetime) -> Desk:
        engines = [lead for lead in self._leads() if lead.source == "engine"]
        shown = [lead for lead in engines if lead.surfaced_at and lead.surfaced_at >= week]
        waiting = [lead for lead in engines if lead.status in WAITS_FOR_A_PERSON]
        cases = Counter(case.owner for case in self.case_rows.values() if case.is_open)
        return Desk(surfaced_this_week=len(shown), waiting=len(waiting), cases_of=cases)

    async def deferred_to(self, day: date) -> list[Lead]:
        return [
            lead
            for lead in self._leads()
            if lead.deferred_until and lead.deferred_until <= day and lead.status == "deferred"
        ]

    async def leads(
        self, *, statuses: Iterable[str], source: str | None, after: After, limit: int
    ) -> list[Lead]:
        wanted = set(statuses)
        rows = [
            lead
            for lead in self._leads()
            if (not wanted or lead.status in wanted) and source in {None, lead.source}
        ]
        return page(rows, key_of_lead, after, limit)

    def _leads(self) -> list[Lead]:
        return [lead for _, lead in sorted(self.lead_rows.items())]

    async def suppressions(self, day: date) -> list[Suppression]:
        return [one for one in self.suppression_rows.values() if one.holds_on(day)]

    async def all_suppressions(self, *, after: After, limit: int) -> list[Suppression]:
        rows = list(self.suppression_rows.values())
        return page(rows, key_of_suppression, after, limit)

    async def suppression(self, suppression_id: UUID) -> Suppression:
        return found(self.suppression_rows, suppression_id, "suppression")

    async def save_suppressions(self, suppressions: Sequence[Suppression]) -> None:
        self.suppression_rows |= {one.suppression_id: one for one in suppressions}

    async def case(self, case_id: CaseId, *, to_change: bool = False) -> Case:  # noqa: ARG002 same
        return found(self.case_rows, case_id, "case")

    async def save_case(self, case: Case) -> None:
        before = self.case_rows.get(case.case_id)
        check_next(before.version if before else 0, case.version)
        self.case_rows[case.case_id] = case

    async def open_cases_of(self, actor_id: ActorId) -> list[Case]:
        theirs = [case for _, case in sorted(self.case_rows.items()) if actor_id in case.actor_ids]
        return [case for case in theirs if case.status not in OVER]

    async def cases(
        self,
        *,
        statuses: Iterable[str],
        party: ActorId | None,
        after: After,
        limit: int,
    ) -> list[Case]:
        wanted = set(statuses)
        rows = [
            case
            for case in self.case_rows.values()
            if (not wanted or case.status in wanted)
            and (party is None or (case.introduced_at and party in case.actor_ids))
        ]
        return page(rows, key_of_case, after, limit)

    async def synergy(
        self,
        synergy_id: SynergyId,
        *,
        to_change: bool = False,  # noqa: ARG002 same
    ) -> KeptSynergy:
        return found(self.synergy_rows, synergy_id, "synergy")

    async def save_synergy(self, kept: KeptSynergy) -> None:
        before = self.synergy_rows.get(kept.synergy.synergy_id)
        check_next(before.version if before else 0, kept.version)
        self.synergy_rows[kept.synergy.synergy_id] = kept

    async def running_synergies_of(self, actor_id: ActorId) -> list[KeptSynergy]:
        rows = [kept for _, kept in sorted(self.synergy_rows.items()) if kept.status == "agreed"]
        return [kept for kept in rows if _is_party(kept, actor_id)]

    async def synergies(
        self, *, status: str | None, party: ActorId | None, after: After, limit: int
    ) -> list[KeptSynergy]:
        rows = [
            kept
            for kept in self.synergy_rows.values()
            if status in {None, kept.status} and (party is None or _is_party(kept, party))
        ]
        return page(rows, key_of_synergy, after, limit)


def _is_party(kept: KeptSynergy, actor_id: ActorId) -> bool:
    return any(party.actor_id == actor_id for party in kept.synergy.parties)


def check_next(found_version: int, version: int) -> None:
    if version != found_version + 1:
        raise Stale(expected=version - 1, found=found_version)


def found(rows: Mapping[K, T], key: K, kind: str) -> T:
    """The row; raises NotFound."""
    if key not in rows:
        raise NotFound(f"no {kind} has the identifier {key}")
    return rows[key]


def page(
    rows: Iterable[T], key: Callable[[T], tuple[str, ...]], after: After, limit: int
) -> list[T]:
    """So many rows after these sort keys, in their order."""
    ordered = sorted(rows, key=key)
    return [row for row in ordered if after is None or key(row) > after][:limit]
