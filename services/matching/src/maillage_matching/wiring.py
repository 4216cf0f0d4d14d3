"""Matching as one value: the only module that knows concrete stores, doors and tables."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from maillage_matching.adapters.event_log import read_log
from maillage_matching.adapters.exchanges import read_exchanges
from maillage_matching.adapters.hexagons import Hexagons
from maillage_matching.adapters.postgres import DUE_CHANNEL, PostgresStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.collecting import POOL_RESOLUTION
from maillage_matching.domain.missing_links import LINK_RESOLUTION
from maillage_matching.entrypoints import evaluate, http, kafka
from maillage_matching.entrypoints import story as tell_story
from maillage_matching.entrypoints.figures import FIGURES
from maillage_matching.entrypoints.outcome_figures import OUTCOME_FIGURES
from maillage_matching.usecases.gather_streams import GatherStreams, gather_streams
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.move_sharing import FinishSharings, finish_sharings
from maillage_matching.usecases.report_missing_links import (
    ReportMissingLinks,
    report_missing_links,
)
from maillage_matching.usecases.store import Store
from maillage_serving.service import Service, Worker

LOOK_EVERY_S = 5
"""Flows are looked at when they come. This is for what a decision or a date lets through."""

GATHER_EVERY_S = 900
"""Whom to gather changes with the flows of a visit, not with every second."""
REPORT_EVERY_S = 6 * 3600
"""Once a quarter it has something to do."""
FINISH_EVERY_S = 600
"""What was lent and is over is finished soon enough."""


def service() -> Service[Store]:
    """Matching."""
    knowledge = our_knowledge()
    fine, coarse = Hexagons(POOL_RESOLUTION), Hexagons(LINK_RESOLUTION)
    return Service(
        name="matching",
        migrations=Path(__file__).parent / "migrations",
        make_store=PostgresStore,
        router=partial(http.router, knowledge=knowledge, fine=fine, coarse=coarse),
        handlers=kafka.handlers,
        workers=(
            Worker(
                "look_for_leads",
                every_s=LOOK_EVERY_S,
                wakes_on=DUE_CHANNEL,
                use_case=partial(look_for_leads, knowledge=knowledge),
                make_command=lambda _: LookForLeads(),
            ),
            Worker(
                "gather_streams",
                every_s=GATHER_EVERY_S,
                use_case=partial(gather_streams, knowledge=knowledge, grid=fine),
                make_command=lambda _: GatherStreams(),
            ),
            Worker(
                "report_missing_links",
                every_s=REPORT_EVERY_S,
                use_case=partial(report_missing_links, knowledge=knowledge, grid=coarse),
                make_command=lambda _: ReportMissingLinks(),
            ),
            Worker(
                "finish_sharings",
                every_s=FINISH_EVERY_S,
                use_case=finish_sharings,
                make_command=lambda _: FinishSharings(),
            ),
        ),
        figures=(*FIGURES, *OUTCOME_FIGURES),
    )


def story(arguments: Sequence[str]) -> int:
    """What became of a lead, as the event log tells it."""
    return tell_story.main(arguments, read_log)


def evaluation(arguments: Sequence[str]) -> int:
    """The engine as it is, on documented exchanges."""
    return evaluate.main(arguments, our_knowledge(), read_exchanges)
