"""Doors to cases and to the synergies that come of them."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field

from maillage_common.transaction import Runner
from maillage_contracts import matching
from maillage_contracts.refusals import NotFound
from maillage_contracts.vocabulary import (
    ActorId,
    CaseId,
    Day,
    FlowId,
    Money,
    PeriodicQuantity,
    SynergyId,
    Word,
)
from maillage_matching.domain.agreement import Attribution
from maillage_matching.domain.case import Case, CaseStatus, Facet, FacetVerdict, Plan
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pilot import Kpi, Wanted
from maillage_matching.entrypoints.leads import Note, Reasons, SaidBy, Title
from maillage_matching.entrypoints.views import (
    CaseView,
    PartyCaseView,
    Statuses,
    SynergyView,
    view_of_case,
    view_of_synergy,
)
from maillage_matching.usecases.abandon_case import AbandonCase, abandon_case
from maillage_matching.usecases.agree_synergy import AgreeSynergy, agree_synergy
from maillage_matching.usecases.assess_case import AssessCase, assess_case
from maillage_matching.usecases.choose_parties import ChooseParties, choose_parties
from maillage_matching.usecases.close_case import CloseCase, close_case
from maillage_matching.usecases.end_synergy import EndSynergy, end_synergy
from maillage_matching.usecases.introduce_case import IntroduceCase, introduce_case
from maillage_matching.usecases.measure_pilot import MeasurePilot, measure_pilot
from maillage_matching.usecases.move_case import MoveCase, move_case
from maillage_matching.usecases.pilot_case import PilotCase, pilot_case
from maillage_matching.usecases.plan_case import PlanCase, plan_case
from maillage_matching.usecases.publish_pattern import PublishPattern, publish_pattern
from maillage_matching.usecases.spend_time import SpendTime, spend_time
from maillage_matching.usecases.store import Store, key_of_case, key_of_synergy
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Paged, carry_out, command, etag, query


class PlanBody(Body):
    """What happens next."""

    next_step: str = Field(default="", max_length=2000)
    owner_role: Word | None = Field(default=None, examples=["advisor"])
    due_on: Day | None = None


class FacetBody(Body):
    """What is found from one side."""

    verdict: FacetVerdict
    note: str = Field(default="", max_length=2000)


class PartyBody(Body):
    """A flow of the case, and what it is there for."""

    flow_id: FlowId
    role: Word = Field(examples=["donor"], description="donor, receiver, processor or member")


class PartiesBody(Body):
    """All flows the case is about from now on."""

    members: tuple[PartyBody, ...] = Field(min_length=1, max_length=200)


class MoveBody(Body):
    """Where the case goes by itself."""

    to: CaseStatus


class IntroduceBody(Body):
    """How the parties were brought together."""

    channel: Word = Field(examples=["visit"])


class AbandonBody(Body):
    """Why it came to nothing."""

    reasons: Reasons
    note: Note | None = None
    said_by: SaidBy = None


class AgreeBody(Body):
    """What the parties agreed. Shares add up to exactly 1."""

    parties: tuple[matching.Party, ...] = Field(min_length=2, max_length=200)
    starts_on: Day
    title: Title | None = None
    flow_ids: tuple[FlowId, ...] | None = Field(
        default=None, min_length=1, max_length=200, description="Absent: all flows of the case."
    )
    quantity: PeriodicQuantity | None = None
    price: Money | None = Field(default=None, description="A year's price between the parties.")
    saving: Money | None = Field(default=None, description="A year's saving they confirm.")
    material: matching.MaterialChange | None = None
    logistics: tuple[matching.LogisticsNeed, ...] = Field(default=(), max_length=200)


Figure = Annotated[Decimal, Field(max_digits=15, decimal_places=4)]
Answer = Annotated[
    Attribution | None,
    Field(description="Would it have happened without the hub? Asked once of each synergy."),
]


class KpiBody(Body):
    """A figure that will decide."""

    name: Title = Field(max_length=80, examples=["pallets reused"])
    unit: Title = Field(max_length=30, examples=["a month"])
    target: Figure
    wanted: Wanted = "at_least"
    before: Figure | None = Field(default=None, description="The same figure before the trial.")


class PilotBody(Body):
    """What the trial is measured by, and when it is decided. Sent again, it gives more time."""

    kpis: tuple[KpiBody, ...] = Field(min_length=1, max_length=10)
    decide_on: Day


class MeasureBody(Body):
    """What was found today, by the name of the figure."""

    values: Mapping[str, Figure] = Field(min_length=1, max_length=10)


class SpendBody(Body):
    """Time that the case took, to be added."""

    minutes: int = Field(ge=1, le=1440)


class CloseBody(Body):
    """The closing question, where a synergy came of the case."""

    attribution: Answer = None
    note: Note | None = None


class EndBody(Body):
    """Since when, why, and the closing question."""

    ended_on: Day
    reason: Word
    attribution: Answer = None


class PublishBody(Body):
    """What stood in the way, and whether all parties consented to be recognisable."""

    consented: bool = False
    obstacles: tuple[Word, ...] = Field(default=(), max_length=20)


def working(case_id: UUID, door: Door) -> dict[str, Any]:
    """What all commands about a case say."""
    return {
        "case_id": CaseId(case_id),
        "by": door.principal.subject,
        "version": door.expected_version,
    }


Working = Annotated[Door, command("matching.case.work")]


class CaseDoors:
    """What can be asked of cases, and done with them."""

    def __init__(self, runner: Runner[Store], knowledge: Knowledge) -> None:
        """Work through this runner, with this knowledge."""
        self._runner = runner
        self._knowledge = knowledge

    async def list(
        self,
        who: Annotated[Principal, query("matching.case.read")],
        page: Paged,
        status: Statuses = None,
    ) -> dict[str, Any]:
        """Cases, oldest first; a party sees its own from the introduction on."""
        after, party = page.after(2), _party(who)
        rows = await self._runner.read(
            lambda store: store.cases(
                statuses=status or (), party=party, after=after, limit=page.limit + 1
            )
        )
        found = page.of(rows, key=key_of_case)
        shown = [view_of_case(case, as_party=party is not None) for case in found["items"]]
        return {**found, "items": shown}

    async def read(
        self,
        case_id: UUID,
        who: Annotated[Principal, query("matching.case.read")],
        response: Response,
    ) -> CaseView | PartyCaseView:
        """One case."""
        case = await self._runner.read(lambda store: store.case(CaseId(case_id)))
        party = _party(who)
        if party is not None:
            _must_know(case, party)
        response.headers["ETag"] = etag(case.version)
        return view_of_case(case, as_party=party is not None)

    async def plan(self, case_id: UUID, body: PlanBody, door: Working) -> dict[str, Any]:
        """Write down the next step, whose it is and until when."""
        plan = Plan(next_step=body.next_step, owner_role=body.owner_role or "", due_on=body.due_on)
        order = PlanCase(**working(case_id, door), plan=plan)
        return await carry_out(self._runner, plan_case, order, case_id, door=door)

    async def assess(
        self, case_id: UUID, body: Mapping[str, FacetBody], door: Working
    ) -> dict[str, Any]:
        """Write down what is found of some of the six facets."""
        facets = {name: Facet(verdict=one.verdict, note=one.note) for name, one in body.items()}
        order = AssessCase(**working(case_id, door), facets=facets)
        return await carry_out(self._runner, assess_case, order, case_id, door=door)

    async def choose_parties(
        self, case_id: UUID, body: PartiesBody, door: Working
    ) -> dict[str, Any]:
        """Narrow the case to those who will be asked, or add who is missing."""
        roles = {one.flow_id: one.role for one in body.members}
        order = ChooseParties(**working(case_id, door), roles=roles)
        return await carry_out(self._runner, choose_parties, order, case_id, door=door)

    async def move(self, case_id: UUID, body: MoveBody, door: Working) -> dict[str, Any]:
        """Take a step: qualifying, feasibility, running after a pilot, paused, or back."""
        order = MoveCase(**working(case_id, door), to=body.to)
        return await carry_out(self._runner, move_case, order, case_id, door=door)

    async def pilot(self, case_id: UUID, body: PilotBody, door: Working) -> dict[str, Any]:
        """Try what was agreed, until a day on which it is decided; or go on trying."""
        kpis = tuple(Kpi(**dict(one)) for one in body.kpis)
        order = PilotCase(**working(case_id, door), kpis=kpis, decide_on=body.decide_on)
        return await carry_out(self._runner, pilot_case, order, case_id, door=door)

    async def measure(self, case_id: UUID, body: MeasureBody, door: Working) -> dict[str, Any]:
        """Write down figures of the trial; with all of them it may be moved to running."""
        order = MeasurePilot(**working(case_id, door), values=body.values)
        return await carry_out(self._runner, measure_pilot, order, case_id, door=door)

    async def spend(self, case_id: UUID, body: SpendBody, door: Working) -> dict[str, Any]:
        """Add the time it took, so that what each source of leads costs can be told."""
        order = SpendTime(**working(case_id, door), minutes=body.minutes)
        return await carry_out(self._runner, spend_time, order, case_id, door=door)

    async def close(self, case_id: UUID, body: CloseBody, door: Working) -> dict[str, Any]:
        """Close it: its synergy goes on, and the closing question is answered."""
        order = CloseCase(**working(case_id, door), **dict(body))
        return await carry_out(self._runner, close_case, order, case_id, door=door)

    async def introduce(self, case_id: UUID, body: IntroduceBody, door: Working) -> dict[str, Any]:
        """Bring the parties together."""
        order = IntroduceCase(**working(case_id, door), channel=body.channel)
        return await carry_out(self._runner, introduce_case, order, case_id, door=door)

    async def abandon(self, case_id: UUID, body: AbandonBody, door: Working) -> dict[str, Any]:
        """Give it up, and say why."""
        order = AbandonCase(**working(case_id, door), **dict(body))
        abandon = partial(abandon_case, knowledge=self._knowledge)
        return await carry_out(self._runner, abandon, order, case_id, door=door)

    async def agree(
        self,
        case_id: UUID,
        body: AgreeBody,
        door: Annotated[Door, command("matching.synergy.agree")],
    ) -> dict[str, Any]:
        """Keep what the parties agreed. The answer's `id` is that of the synergy."""
        order = AgreeSynergy(**working(case_id, door), **dict(body))
        told = await carry_out(self._runner, agree_synergy, order, case_id, door=door)
        return {**told, "id": told["events"][0]["subject"]}


class SynergyDoors:
    """What can be asked of synergies, and done with them."""

    def __init__(self, runner: Runner[Store]) -> None:
        """Work through this runner."""
        self._runner = runner

    async def list(
        self,
        who: Annotated[Principal, query("matching.synergy.read")],
        page: Paged,
        status: Literal["agreed", "ended"] | None = None,
    ) -> dict[str, Any]:
        """Synergies, oldest first; a party sees its own."""
        after, party = page.after(2), _party(who)
        rows = await self._runner.read(
            lambda store: store.synergies(
                status=status, party=party, after=after, limit=page.limit + 1
            )
        )
        found = page.of(rows, key=key_of_synergy)
        return {**found, "items": [view_of_synergy(kept) for kept in found["items"]]}

    async def read(
        self,
        synergy_id: UUID,
        who: Annotated[Principal, query("matching.synergy.read")],
        response: Response,
    ) -> SynergyView:
        """One synergy."""
        kept = await self._runner.read(lambda store: store.synergy(SynergyId(synergy_id)))
        party = _party(who)
        if party is not None and party not in {one.actor_id for one in kept.synergy.parties}:
            raise NotFound(f"no synergy has the identifier {synergy_id}")
        response.headers["ETag"] = etag(kept.version)
        return view_of_synergy(kept)

    async def end(
        self,
        synergy_id: UUID,
        body: EndBody,
        door: Annotated[Door, command("matching.synergy.agree")],
    ) -> dict[str, Any]:
        """End it; its case closes with it."""
        order = EndSynergy(
            synergy_id=SynergyId(synergy_id),
            by=door.principal.subject,
            version=door.expected_version,
            **dict(body),
        )
        return await carry_out(self._runner, end_synergy, order, synergy_id, door=door)

    async def publish(
        self,
        synergy_id: UUID,
        body: PublishBody,
        door: Annotated[Door, command("matching.pattern.decide")],
    ) -> dict[str, Any]:
        """Publish what it taught, without the names."""
        order = PublishPattern(synergy_id=SynergyId(synergy_id), **dict(body))
        return await carry_out(self._runner, publish_pattern, order, synergy_id, door=door)


def _party(who: Principal) -> ActorId | None:
    """The organisation to which the reader is confined."""
    return None if who.only_organisation is None else ActorId(who.only_organisation)


def _must_know(case: Case, party: ActorId) -> None:
    """Raise NotFound unless the party has heard of the case."""
    if case.introduced_at is None or party not in case.actor_ids:
        raise NotFound(f"no case has the identifier {case.case_id}")
