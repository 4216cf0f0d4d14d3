"""The parties of a case agree: transport and accounting start from what is said here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid5

from maillage_contracts.envelope import Event
from maillage_contracts.matching import (
    LogisticsNeed,
    MaterialChange,
    Party,
    Synergy,
    SynergyAgreed,
)
from maillage_contracts.vocabulary import FlowId, Money, PeriodicQuantity, SynergyId
from maillage_matching.domain.agreement import check_parties
from maillage_matching.domain.pattern import pattern_of
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
    told = command.material.resource_spec if command.material else case.resource
    kept = KeptSynergy(synergy, "agreed", agreed_at=now, pattern_id=pattern_of(case, told))
    await store.save_synergy(kept)
    return [SynergyAgreed(synergy=synergy)]
