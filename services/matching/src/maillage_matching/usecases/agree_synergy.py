"""The parties of a case agree: transport and accounting start from what is said here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from maillage_contracts.envelope import Event
from maillage_contracts.matching import (
    LogisticsNeed,
    MaterialChange,
    Party,
    Synergy,
    SynergyAgreed,
)
from maillage_contracts.vocabulary import FlowId, Money, PatternId, PeriodicQuantity, SynergyId
from maillage_matching.domain.agreement import check_parties
from maillage_matching.domain.case import Case
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.store import KeptSynergy, Store


@dataclass(frozen=True, kw_only=True)
class AgreeSynergy(CaseCommand):
    """What the parties agreed; without flows it is about all flows of the case."""

    parties: tuple[Party, ...]
    starts_on: date
    title: str | None = None
    flow_ids: tuple[FlowId, ...] | None = None
    quantity: PeriodicQuantity | None = None
    price: Money | None = None
    saving: Money | None = None
    material: MaterialChange | None = None
    logistics: tuple[LogisticsNeed, ...] = ()


async def agree_synergy(command: AgreeSynergy, store: Store, now: datetime) -> Iterable[Event]:
    """Keep the agreement, and tell it whole: nobody downstream types anything again."""
    case = await open_case(command, store)
    flow_ids = command.flow_ids or tuple(one.flow_id for one in case.members)
    shares = [(party.actor_id, party.share) for party in command.parties]
    check_parties(case, shares, flow_ids)
    synergy = Synergy(
        synergy_id=SynergyId(uuid5(case.case_id, f"synergy/{case.agreements}")),
        case_id=case.case_id,
        kind=case.kind,
        title=command.title or case.title,
        parties=command.parties,
        flow_ids=flow_ids,
        quantity=command.quantity,
        price=command.price,
        saving=command.saving,
        material=command.material,
        logistics=command.logistics,
        starts_on=command.starts_on,
    )
    moved = case.moved(
        "agreed",
        now,
        command.by,
        synergy_id=synergy.synergy_id,
        agreements=case.agreements + 1,
    )
    await store.save_case(moved)
    kept = KeptSynergy(synergy, "agreed", agreed_at=now, pattern_id=pattern_of(case, synergy))
    await store.save_synergy(kept)
    return [SynergyAgreed(synergy=synergy)]


def sectors_of(case: Case) -> tuple[str | None, str | None]:
    """NAF divisions of who gives and who receives; of a shared stream, of its first member."""
    giving = next((m.division for m in case.members if m.role in {"donor", "member"}), None)
    taking = next((m.division for m in case.members if m.role in {"receiver", "processor"}), None)
    return giving, taking


def spec_of(case: Case, synergy: Synergy) -> str:
    """What flows: as the parties said, else as the case was found."""
    return synergy.material.resource_spec if synergy.material else case.resource


def pattern_of(case: Case, synergy: Synergy) -> PatternId:
    """The pattern it is an instance of: the same for cases that differ only by their firms."""
    said = (case.kind, *sectors_of(case), spec_of(case, synergy), case.replaces)
    words = "/".join(str(word) for word in (*said, case.transformation))
    return PatternId(uuid5(NAMESPACE_URL, f"pattern/{words}"))
