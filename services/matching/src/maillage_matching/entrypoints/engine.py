"""Doors to the engine: its settings, the state of the inbox, and figures without names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

from fastapi import Response
from pydantic import BaseModel

from maillage_common.transaction import Runner
from maillage_matching.domain.calibration import TakenUp, bands, calibrated
from maillage_matching.domain.policy import (
    Desk,
    Policy,
    Settings,
    free_desks,
    room_for_leads,
    week_of,
)
from maillage_matching.domain.throttle import Throttle, throttle_after
from maillage_matching.domain.yields import Tally, yields_of
from maillage_matching.usecases.look_for_leads import DECISIONS_MAX
from maillage_matching.usecases.set_policy import SetPolicy, set_policy
from maillage_matching.usecases.store import Store
from maillage_serving.auth import Principal
from maillage_serving.http import Door, carry_out, command, etag, query

THE_ENGINE = uuid5(NAMESPACE_URL, "engine")


class Inbox(BaseModel):
    """How full the inbox is, and what it would still take this week.

    `weekly_leads` is what the settings allow, `weekly_leads_now` what is left of it after steps
    back: the engine shows less after many refusals. `open_cases` are of all advisors together;
    `open_cases_max` is for each, and `free_desks` says how many of them have a place left.
    """

    is_on: bool
    week_began: datetime
    weekly_leads: int
    weekly_leads_now: int
    steps_back: int
    acceptance: float | None
    score_min: float
    pace: str
    advisors: int
    surfaced_this_week: int
    waiting: int
    open_cases: int
    open_cases_max: int
    free_desks: int
    room: int


class EngineDoors:
    """What can be asked of the engine, and set."""

    def __init__(self, runner: Runner[Store]) -> None:
        """Work through this runner."""
        self._runner = runner

    async def settings(
        self, _: Annotated[Principal, query("matching.engine.read")], response: Response
    ) -> Settings:
        """The settings; `weekly_leads` 0 means that the engine is off."""
        policy = await self._runner.read(lambda store: store.policy())
        response.headers["ETag"] = etag(policy.version)
        return policy

    async def set(
        self, body: Settings, door: Annotated[Door, command("matching.engine.set")]
    ) -> dict[str, Any]:
        """Change all settings; every open flow is looked at again under them."""
        order = SetPolicy(policy=Policy(**dict(body)), version=door.expected_version)
        return await carry_out(self._runner, set_policy, order, THE_ENGINE, door=door)

    async def inbox(self, _: Annotated[Principal, query("matching.lead.read")]) -> Inbox:
        """The state of the inbox."""
        week = week_of(self._runner.clock())
        policy, desk, throttle = await self._runner.read(lambda store: _state(store, week))
        slowed = throttle.slowed(policy)
        return Inbox(
            is_on=policy.is_on,
            week_began=week,
            weekly_leads=policy.weekly_leads,
            weekly_leads_now=slowed.weekly_leads,
            steps_back=throttle.steps,
            acceptance=throttle.acceptance,
            score_min=throttle.score_min,
            pace=throttle.words,
            advisors=policy.advisors,
            open_cases_max=policy.open_cases_max,
            surfaced_this_week=desk.surfaced_this_week,
            waiting=desk.waiting,
            open_cases=desk.open_cases,
            free_desks=free_desks(policy, desk),
            room=room_for_leads(slowed, desk),
        )

    async def summary(
        self, _: Annotated[Principal, query("matching.summary.read")]
    ) -> dict[str, list[dict[str, Any]]]:
        """How many leads and cases, what each source yields and takes, and what scores meant."""

        async def counts(store: Store) -> tuple[list[Tally], list[TakenUp]]:
            return await store.tallies(), await store.taken_up()

        tallies, taken_up = await self._runner.read(counts)
        return {
            "leads": _counted(tallies, "lead"),
            "cases": _counted(tallies, "case"),
            "reasons": _counted(tallies, "reason", word="reason"),
            "obstacles": _counted(tallies, "obstacle", word="reason"),
            "yields": [dict(one) for one in yields_of(tallies)],
            "scores": [dict(one) for one in bands(taken_up, calibrated(taken_up))],
        }


def _counted(tallies: Sequence[Tally], what: str, word: str = "status") -> list[dict[str, Any]]:
    return [
        {"source": one.source, "kind": one.kind, word: one.word, "count": one.many}
        for one in tallies
        if one.what == what
    ]


async def _state(store: Store, week: datetime) -> tuple[Policy, Desk, Throttle]:
    decisions = await store.decisions(DECISIONS_MAX)
    throttle = throttle_after(one.is_accepted for one in decisions)
    return await store.policy(), await store.desk(week), throttle
