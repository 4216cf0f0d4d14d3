"""A case takes a step that needs nothing but the wish to take it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid
from maillage_matching.domain.case import BY_ITSELF, CaseStatus
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class MoveCase(CaseCommand):
    """Where it goes: a step that needs nothing else, a pause, or back from one."""

    to: CaseStatus


async def move_case(command: MoveCase, store: Store, now: datetime) -> Iterable[Event]:
    """Take a step. What brings the parties together, binds or ends them has its own command.

    A pilot is decided on its figures: it runs once all of them were measured.
    """
    case = await open_case(command, store)
    resumes = case.status == "paused" and command.to == case.paused_from
    if command.to not in BY_ITSELF | {"paused"} and not resumes:
        raise Invalid("to", f"{command.to} is reached by a command of its own")
    moved = case.moved(command.to, now, command.by)
    if command.to == "running" and not resumes and case.pilot is not None:
        case.pilot.check_decidable()
    await store.save_case(moved)
    return []
