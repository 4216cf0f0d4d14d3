"""What the territory lacks: as it stands today, and kept at the end of each quarter."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage_contracts.envelope import Event
from maillage_matching.domain.gathering import Grid
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.missing_links import (
    LinkReport,
    links_of,
    quarter_before,
    quarter_of,
)
from maillage_matching.usecases.gather_streams import FLOWS_MAX
from maillage_matching.usecases.ground import ground_today, sides_of
from maillage_matching.usecases.store import Store

IN_TIME = timedelta(days=14)
"""A report made later than that would not tell of the quarter it is named after."""


@dataclass(frozen=True)
class ReportMissingLinks:
    """The report of the quarter that has just ended."""


async def report_missing_links(
    _: ReportMissingLinks, store: Store, now: datetime, *, knowledge: Knowledge, grid: Grid
) -> Iterable[Event]:
    """Make the report of a quarter once, in the first days after it; it is never made again."""
    quarter, over = quarter_before(now.date())
    late = now.date() - over > IN_TIME
    if late or await store.link_report(quarter) is not None:
        return []
    report = await missing_today(store, knowledge, grid, now)
    if report.links:
        await store.keep_link_report(report.model_copy(update={"quarter": quarter}))
    return []


async def missing_today(
    store: Store, knowledge: Knowledge, grid: Grid, now: datetime
) -> LinkReport:
    """What is missing by what is open today, under the name of the quarter that runs."""
    ground = await ground_today(store, await store.policy(), knowledge, now)
    sides = sides_of(await store.open_flows(FLOWS_MAX), knowledge)
    links = await asyncio.to_thread(links_of, sides, grid, ground)
    return LinkReport(quarter=quarter_of(now.date()), made_at=now, links=links)
