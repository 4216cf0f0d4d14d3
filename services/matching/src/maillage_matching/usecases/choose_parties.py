"""An advisor narrows a case to those who will be asked, or adds who is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.case import CaseStatus
from maillage_matching.domain.draft import Member
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.store import Store

BEFORE_INTRODUCTION: frozenset[CaseStatus] = frozenset({"opened", "qualifying"})


@dataclass(frozen=True, kw_only=True)
class ChooseParties(CaseCommand):
    """The flows the case is about from now on, and what each is there for."""

    roles: Mapping[FlowId, str]


async def choose_parties(command: ChooseParties, store: Store, _now: datetime) -> Iterable[Event]:
    """Narrow the case to those who will be asked, or add who has the missing machine."""
    case = await open_case(command, store)
    if case.status not in BEFORE_INTRODUCTION:
        raise Refused("the parties have been introduced: they cannot be exchanged any more")
    known = {flow.flow_id: (flow, actor) for flow, actor in await store.known_flows(command.roles)}
    missing = [str(flow_id) for flow_id in command.roles if flow_id not in known]
    if missing:
        raise Invalid("flow_ids", f"not declared: {', '.join(missing)}")
    members = tuple(
        Member(flow_id=flow_id, actor_id=flow.actor_id, role=role, division=who and who.division)
        for flow_id, role in command.roles.items()
        for flow, who in (known[flow_id],)
    )
    await store.save_case(case.changed(members=members))
    return []
