"""What cases taught, without the names, for other territories: also what came to nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.matching import PatternPublished
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import CaseId, SynergyId
from maillage_matching.domain.agreement import check_publishable
from maillage_matching.domain.pattern import (
    OBSTACLES_MAX,
    Taught,
    cases_in,
    crowd_in,
    obstacles_of,
    sectors_of,
)
from maillage_matching.domain.suppression import check_reasons
from maillage_matching.usecases.store import Store

SHARING_ABROAD = "federation"
TAUGHT_MAX = 2_000
"""Cases that are looked through, the last ones: more than any territory has had in ten years."""
WORD = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


@dataclass(frozen=True, kw_only=True)
class PublishPattern:
    """Which synergy, what stood in its way, and whether all its parties consented."""

    synergy_id: SynergyId
    consented: bool
    obstacles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PublishFailure:
    """Which case was given up, and whether all its parties consented."""

    case_id: CaseId
    consented: bool


async def publish_pattern(command: PublishPattern, store: Store, _now: datetime) -> Iterable[Event]:
    """Publish sectors and matter only, when nobody can be recognised or all consented."""
    check_reasons(command.obstacles)
    kept = await store.synergy(command.synergy_id)
    material = kept.synergy.material
    one = Taught(
        case=await store.case(kept.synergy.case_id),
        status=kept.status,
        pattern_id=kept.pattern_id,
        told=material.resource_spec if material else None,
    )
    return [await _published(one, store, command.obstacles, consented=command.consented)]


async def publish_failure(command: PublishFailure, store: Store, _now: datetime) -> Iterable[Event]:
    """Publish why such cases were given up: others need not learn it again."""
    case = await store.case(command.case_id)
    if case.status != "abandoned":
        raise Refused(f"this case is {case.status}: publish what its synergy taught")
    # Who was never told of the case cannot have consented.
    consented = command.consented and case.introduced_at is not None
    return [await _published(Taught(case), store, (), consented=consented)]


async def _published(
    one: Taught, store: Store, obstacles: tuple[str, ...], *, consented: bool
) -> PatternPublished:
    alike = [other for other in await store.taught(TAUGHT_MAX) if other.of == one.of]
    parties = await store.actors(one.case.actor_ids)
    refusing = [actor.name for actor in parties if SHARING_ABROAD in actor.refuses]
    check_publishable(consented=consented, refusing=refusing, crowd=crowd_in(alike))
    if not WORD.fullmatch(one.spec):
        raise Refused(f"{one.spec} is no word of the catalogue: say material when agreeing")
    known = dict.fromkeys((*obstacles, *obstacles_of(alike)))
    giving, taking = sectors_of(one.case)
    replaces = one.case.replaces
    return PatternPublished(
        pattern_id=one.of,
        kind=one.case.kind,
        donor_sector=giving,
        receiver_sector=taking,
        resource_spec=one.spec,
        replaces_spec=replaces if replaces and WORD.fullmatch(replaces) else None,
        transformation=one.case.transformation,
        equipment=one.case.equipment,
        outcome=one.outcome,
        obstacles=tuple(known)[:OBSTACLES_MAX],
        case_count=cases_in(alike),
        consented=True,
    )
