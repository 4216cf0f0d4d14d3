"""How full the desks are, as those who watch matching are told."""

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, CaseId, FlowId, LeadId
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.domain.case import Case, CaseStatus
from maillage_matching.domain.draft import Content, Member
from maillage_matching.domain.lead import Lead, LeadStatus
from maillage_matching.domain.policy import Policy
from maillage_matching.entrypoints.figures import FIGURES
from maillage_matching.usecases.store import Store
from maillage_serving.figures import Value
from maillage_serving.testing import NOON

MEMBERS = tuple(
    Member(flow_id=FlowId(an_id(f"flow of {firm}")), actor_id=ActorId(an_id(firm)), role=role)
    for firm, role in (("Villaverde", "donor"), ("STRH", "receiver"))
)


def a_lead(name: str, status: LeadStatus) -> Lead:
    return Lead(
        lead_id=LeadId(an_id(name)),
        slot=name,
        key=name,
        status=status,
        source="engine",
        content=Content(kind="substitution", resource="pallet", members=MEMBERS, score=0.5),
        created_at=NOON,
        surfaced_at=NOON,
    )


def a_case(name: str, status: CaseStatus) -> Case:
    return Case(
        case_id=CaseId(an_id(name)),
        kind="substitution",
        title="Pallets",
        source="engine",
        owner="advisor-1",
        lead_ids=(LeadId(an_id("lead")),),
        members=MEMBERS,
        resource="pallet",
        opened_at=NOON,
        status=status,
    )


async def test_desks_are_told_by_what_waits_what_is_open_and_what_fits() -> None:
    store: Store = MemoryStore()
    assert await told(store) == {"leads_waiting": 0, "cases_open": 0, "desk_places": 12}
    await store.save_leads([a_lead("one", "surfaced"), a_lead("two", "rejected")])
    await store.save_case(a_case("three", "qualifying"))
    await store.save_case(a_case("four", "closed"))
    await store.save_policy(Policy(version=2, advisors=2, open_cases_max=10))
    assert await told(store) == {"leads_waiting": 1, "cases_open": 1, "desk_places": 20}


async def told(store: Store) -> dict[str, Value]:
    return {one.name: await one.read(store, NOON) for one in FIGURES}
