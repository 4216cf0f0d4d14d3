"""The parties of a case are brought together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.matching import CaseIntroduced
from maillage_contracts.refusals import Refused
from maillage_matching.domain.gates_of_parties import TAKES_PART
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.store import Store

ACTORS_MIN = 2


@dataclass(frozen=True, kw_only=True)
class IntroduceCase(CaseCommand):
    """How the parties were brought together."""

    channel: str


async def introduce_case(command: IntroduceCase, store: Store, now: datetime) -> Iterable[Event]:
    """Bring the parties together: the first moment at which they hear of it."""
    case = await open_case(command, store)
    if len(case.actor_ids) < ACTORS_MIN:
        raise Refused("a case needs two parties before it is introduced: choose its parties")
    for actor in await store.actors(case.actor_ids):
        if actor.status not in TAKES_PART or "matching" in actor.refuses:
            raise Refused(f"{actor.name} closed or withdrew its consent: choose the parties again")
    moved = case.moved("introduced", now, command.by, channel=command.channel, introduced_at=now)
    await store.save_case(moved)
    return [
        CaseIntroduced(
            case_id=moved.case_id,
            kind=moved.kind,
            lead_ids=moved.lead_ids,
            actor_ids=moved.actor_ids,
            flow_ids=tuple(one.flow_id for one in moved.members),
            channel=command.channel,
        )
    ]
