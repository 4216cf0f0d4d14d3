"""The week of an advisor on one page, made when it is asked for."""

from dataclasses import dataclass
from datetime import datetime

from maillage_matching.domain.case import NEXT as CASE_NEXT
from maillage_matching.domain.case import OVER
from maillage_matching.domain.digest import Desk, Digest, digest_of
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.policy import room_for_leads, week_of
from maillage_matching.domain.throttle import throttle_after
from maillage_matching.usecases.look_for_leads import DECISIONS_MAX
from maillage_matching.usecases.store import Store

LINES_MAX = 500
"""Leads that wait, and cases that are open, on one page."""


@dataclass(frozen=True)
class MakeDigest:
    """Whose."""

    advisor: str


async def make_digest(query: MakeDigest, store: Store, now: datetime) -> Digest:
    """What waits for everybody, what is theirs, and what they decided since Monday."""
    policy, began = await store.policy(), week_of(now)
    decisions = await store.decisions(DECISIONS_MAX)
    throttle = throttle_after(one.is_accepted for one in decisions)
    desk = Desk(
        waiting=tuple(await _leads(store, "surfaced")),
        cases=tuple(
            await store.cases(
                statuses=CASE_NEXT.keys() - OVER, party=None, after=None, limit=LINES_MAX
            )
        ),
        decided=tuple(await store.decided_since(began)),
        suppressions=tuple(await store.suppressions(now.date())),
        pace=throttle.words,
        room=room_for_leads(throttle.slowed(policy), await store.desk(began)),
    )
    return digest_of(query.advisor, desk, now)


async def _leads(store: Store, *statuses: str) -> list[Lead]:
    return await store.leads(statuses=statuses, source=None, after=None, limit=LINES_MAX)
