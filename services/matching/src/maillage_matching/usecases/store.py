"""What matching keeps: its copies, what the engine found, and what people decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from maillage_contracts.matching import Synergy
from maillage_contracts.vocabulary import ActorId, CaseId, FlowId, LeadId, PatternId, SynergyId
from maillage_matching.domain.actor import Actor
from maillage_matching.domain.agreement import SynergyStatus
from maillage_matching.domain.case import Case
from maillage_matching.domain.existing_round import Box
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.generated import Couple
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.nearby import Sought
from maillage_matching.domain.pair import Ask
from maillage_matching.domain.policy import Arrivals, Desk, Policy
from maillage_matching.domain.ruling import Ruling
from maillage_matching.domain.search import Keys
from maillage_matching.domain.substitution import Pairing
from maillage_matching.domain.suggestion import Suggestion
from maillage_matching.domain.suppression import Suppression
from maillage_matching.usecases.collective import Collective
from maillage_matching.usecases.known_rounds import KnownRounds
from maillage_matching.usecases.outcomes import Outcomes
from maillage_matching.usecases.patterns import Patterns
from maillage_matching.usecases.rulings import KnownRulings

CANDIDATES_MAX = 1_000
"""Flows that one search finds at most, the nearest."""

Known = tuple[Flow, Actor | None]
"""A flow, and its owner once it has been heard of."""
After = tuple[str, ...] | None
"""Sort keys of the last item of the page before."""


class SaidOfConsent(NamedTuple):
    """One actor said yes or no to one purpose."""

    actor_id: ActorId
    purpose: str
    is_given: bool
    sequence: int


@dataclass(frozen=True)
class KeptSynergy:
    """An agreement and what became of it."""

    synergy: Synergy
    status: SynergyStatus
    agreed_at: datetime
    pattern_id: PatternId
    ended_on: date | None = None
    end_reason: str | None = None
    attribution: str | None = None
    version: int = 1


class Copies(Protocol):
    """Copies of what registry and flows say. Late events never undo newer ones."""

    async def follow_flows(self, flows: Sequence[tuple[Flow, int]], now: datetime) -> None:
        """Keep flows with the sequence of their event; what is newer is due for matching."""
        ...

    async def follow_actors(self, actors: Sequence[tuple[Actor, int]], now: datetime) -> None:
        """Keep actors with the sequence of their event; the flows of newer ones are due."""
        ...

    async def follow_consents(self, said: Sequence[SaidOfConsent], now: datetime) -> None:
        """Keep what actors consent to; the flows of those who changed their mind are due."""
        ...

    async def known_flows(self, flow_ids: Iterable[FlowId]) -> list[Known]:
        """These flows with their owners, in the order of their identifiers."""
        ...

    async def actors(self, actor_ids: Iterable[ActorId]) -> list[Actor]:
        """These actors, in the order of their identifiers."""
        ...

    async def waste_carriers(self) -> list[Actor]:
        """Actors that hold or held a credential for waste transport."""
        ...

    async def arrivals(self, *, lately: datetime, since: datetime) -> Arrivals | None:
        """Flows that may be matched and changed after `since`; counts those after `lately`."""
        ...


class Found(Protocol):
    """What the engine works with, and what it found."""

    async def policy(self) -> Policy:
        """The settings of the engine."""
        ...

    async def save_policy(self, policy: Policy) -> None:
        """Keep new settings; raises Stale when they are not the next version."""
        ...

    async def due_flows(self, now: datetime, knowledge: str, limit: int) -> list[Known]:
        """Take flows to look at: marked as due by now, or found under words of older knowledge."""
        ...

    async def mark_due(
        self, at: datetime, *, flows: Iterable[FlowId] = (), actors: Iterable[ActorId] = ()
    ) -> None:
        """Have these flows, and all of these actors, looked at again at that moment."""
        ...

    async def mark_due_within(self, at: datetime, boxes: Sequence[Box]) -> None:
        """Have flows that may be matched looked at again that are in these parts of the map."""
        ...

    async def mark_all_due(self, at: datetime) -> None:
        """Have every flow looked at again."""
        ...

    async def schedule(self, due: Mapping[FlowId, datetime]) -> None:
        """Have each flow looked at again at its own moment."""
        ...

    async def keep_keys(self, keys: Mapping[FlowId, Keys], *, knowledge: str) -> set[str]:
        """Under which words flows are found from now on. Returns the streams they were in."""
        ...

    async def find_near(self, sought: Sequence[Sought]) -> list[list[FlowId]]:
        """What each search finds: the nearest first, then flows that say no place."""
        ...

    async def stream_flows(self, streams: Iterable[str]) -> list[Known]:
        """Flows that may be matched of these streams, in the order of identifiers."""
        ...

    async def keep_pairings(
        self, flow_ids: Iterable[FlowId], pairings: Sequence[Pairing]
    ) -> set[Couple]:
        """Replace all pairings of these flows. Returns those of before that passed."""
        ...

    async def keep_streams(self, scores: Mapping[str, float | None]) -> set[str]:
        """Keep the scores of streams that may be shared; None: this one may not, now.

        Returns those of these that had one before.
        """
        ...

    async def best_slots(self, limit: int) -> list[str]:
        """Needs and streams with the best scores that have neither a lead waiting nor a case."""
        ...

    async def good_pairings(
        self, need_ids: Iterable[FlowId], each: int, *, also: Iterable[FlowId] = ()
    ) -> list[Pairing]:
        """The best that pass, so many for each need and rule, and those of these offers."""
        ...

    async def pairings(
        self, *, verdicts: Iterable[str], flow_id: FlowId | None, after: After, limit: int
    ) -> list[Pairing]:
        """Pairings with these verdicts, by need and offer."""
        ...

    async def asked(self, flow_ids: Iterable[FlowId]) -> Mapping[tuple[FlowId, str], datetime]:
        """Which attributes of these flows were asked about, and when."""
        ...

    async def keep_asks(self, asks: Sequence[Ask], now: datetime) -> None:
        """Write down what was asked."""
        ...


class Leads(Protocol):
    """Leads and suppressions. What is read to be changed stays locked until commit."""

    async def lead(self, lead_id: LeadId, *, to_change: bool = False) -> Lead:
        """One lead; raises NotFound."""
        ...

    async def leads_of_slots(self, slots: Iterable[str]) -> list[Lead]:
        """All leads of these slots, also those that ended."""
        ...

    async def waiting_leads(
        self,
        *,
        flows: Iterable[FlowId] = (),
        actors: Iterable[ActorId] = (),
        rules: Iterable[str] = (),
        slots: Iterable[str] = (),
    ) -> list[Lead]:
        """Leads that wait for a person, with any of these, locked."""
        ...

    async def save_leads(self, leads: Sequence[Lead]) -> None:
        """Keep new leads and new versions."""
        ...

    async def desk(self, week: datetime) -> Desk:
        """What is on the advisors' desks in the week that began then."""
        ...

    async def deferred_to(self, day: date) -> list[Lead]:
        """Leads put off until that day or before, locked."""
        ...

    async def leads(
        self, *, statuses: Iterable[str], source: str | None, after: After, limit: int
    ) -> list[Lead]:
        """Leads by when they surfaced and identifier."""
        ...

    async def suppressions(self, day: date) -> list[Suppression]:
        """All that hold on that day."""
        ...

    async def all_suppressions(self, *, after: After, limit: int) -> list[Suppression]:
        """Also those that ended, by when they began and identifier."""
        ...

    async def suppression(self, suppression_id: UUID) -> Suppression:
        """One of them, to be changed; raises NotFound."""
        ...

    async def save_suppressions(self, suppressions: Sequence[Suppression]) -> None:
        """Keep new ones and new versions."""
        ...


class Cases(Protocol):
    """Cases and synergies. What is read to be changed stays locked until commit."""

    async def case(self, case_id: CaseId, *, to_change: bool = False) -> Case:
        """One case; raises NotFound."""
        ...

    async def save_case(self, case: Case) -> None:
        """Keep a new case or its next version."""
        ...

    async def open_cases_of(self, actor_id: ActorId) -> list[Case]:
        """Open cases with this party, locked."""
        ...

    async def cases(
        self,
        *,
        statuses: Iterable[str],
        party: ActorId | None,
        after: After,
        limit: int,
    ) -> list[Case]:
        """Cases by when they opened and identifier; for a `party` only those it has heard of."""
        ...

    async def synergy(self, synergy_id: SynergyId, *, to_change: bool = False) -> KeptSynergy:
        """One synergy; raises NotFound."""
        ...

    async def save_synergy(self, kept: KeptSynergy) -> None:
        """Keep a new synergy or its next version."""
        ...

    async def running_synergies_of(self, actor_id: ActorId) -> list[KeptSynergy]:
        """Synergies that have not ended, with this party, locked."""
        ...

    async def synergies(
        self, *, status: str | None, party: ActorId | None, after: After, limit: int
    ) -> list[KeptSynergy]:
        """Synergies by when they were agreed and identifier."""
        ...


class Store(
    Copies,
    KnownRounds,
    KnownRulings,
    Found,
    Leads,
    Cases,
    Outcomes,
    Patterns,
    Collective,
    Protocol,
):
    """All of it, in one transaction."""


def key_of_lead(lead: Lead) -> tuple[str, str]:
    """Sort keys in lists of leads."""
    return (lead.surfaced_at or lead.created_at).isoformat(), str(lead.lead_id)


def key_of_suppression(suppression: Suppression) -> tuple[str, str]:
    """Sort keys in lists of suppressions."""
    return suppression.since.isoformat(), str(suppression.suppression_id)


def key_of_case(case: Case) -> tuple[str, str]:
    """Sort keys in lists of cases."""
    return case.opened_at.isoformat(), str(case.case_id)


def key_of_suggestion(one: Suggestion) -> tuple[str, str, str]:
    """Sort keys in lists of suggestions."""
    return one.received_at.isoformat(), str(one.pattern.pattern_id), one.origin


def key_of_ruling(ruling: Ruling) -> tuple[str, str]:
    """Sort keys in lists of rulings."""
    return ruling.proposed_at.isoformat(), str(ruling.ruling_id)


def key_of_synergy(kept: KeptSynergy) -> tuple[str, str]:
    """Sort keys in lists of synergies."""
    return kept.agreed_at.isoformat(), str(kept.synergy.synergy_id)


def key_of_pairing(pairing: Pairing) -> tuple[str, str]:
    """Sort keys in lists of pairings."""
    return str(pairing.need_id), str(pairing.offer_id)
