"""What a synergy taught, without the names, for other territories."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.matching import PatternPublished
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import SynergyId
from maillage_matching.domain.agreement import check_publishable
from maillage_matching.domain.suppression import check_reasons
from maillage_matching.usecases.agree_synergy import sectors_of, spec_of
from maillage_matching.usecases.store import Store

SHARING_ABROAD = "federation"


@dataclass(frozen=True, kw_only=True)
class PublishPattern:
    """Which synergy, what stood in its way, and whether all its parties consented."""

    synergy_id: SynergyId
    consented: bool
    obstacles: tuple[str, ...] = ()


async def publish_pattern(command: PublishPattern, store: Store, _now: datetime) -> Iterable[Event]:
    """Publish sectors and matter only, when nobody can be recognised or all consented."""
    check_reasons(command.obstacles)
    kept = await store.synergy(command.synergy_id)
    case = await store.case(kept.synergy.case_id)
    parties = await store.actors({party.actor_id for party in kept.synergy.parties})
    cases = await store.cases_like(kept.pattern_id)
    refusing = [actor.name for actor in parties if SHARING_ABROAD in actor.refuses]
    check_publishable(consented=command.consented, refusing=refusing, cases=cases)
    spec = spec_of(case, kept.synergy)
    if not re.fullmatch(r"[a-z][a-z0-9_.-]{0,59}", spec):
        raise Refused(f"{spec} is no word of the catalogue: say material when agreeing")
    giving, taking = sectors_of(case)
    return [
        PatternPublished(
            pattern_id=kept.pattern_id,
            kind=case.kind,
            donor_sector=giving,
            receiver_sector=taking,
            resource_spec=spec,
            replaces_spec=case.replaces,
            transformation=case.transformation,
            equipment=case.equipment,
            outcome="ended" if kept.status == "ended" else "running",
            obstacles=command.obstacles,
            case_count=cases,
            consented=True,
        )
    ]
