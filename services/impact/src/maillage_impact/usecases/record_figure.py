"""A person enters a figure that no event tells, with its evidence: a bill, hours, a count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid
from maillage_impact.domain.entry import ENTRY_NAMESPACE, Finding, Occasion, Subject, write
from maillage_impact.domain.indicators import INDICATORS, check_quality
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.write_lines import write_lines

SUBJECTS = ("synergy", "actor", "territory")


@dataclass(frozen=True)
class RecordFigure:
    """The figure. `document` names the evidence, without any person's name."""

    figure_id: UUID
    about: str
    about_id: UUID
    indicator: str
    value: Decimal
    first: date
    last: date
    quality: str
    document: str


async def record_figure(command: RecordFigure, store: Store, now: datetime) -> Iterable[Event]:
    """Write it: the same subject, indicator and period again corrects what was entered."""
    del now
    if command.about not in SUBJECTS:
        raise Invalid("about", f"say one of {', '.join(SUBJECTS)}")
    indicator = INDICATORS.get(command.indicator)
    if indicator is None or not indicator.is_declared:
        known = ", ".join(one.code for one in INDICATORS.values() if one.is_declared)
        raise Invalid("indicator", f"say one of {known}")
    if command.last < command.first:
        raise Invalid("last", "it must not be before the first day")
    check_quality(command.indicator, command.quality)
    if command.about == "synergy" and await store.synergy(command.about_id) is None:
        raise Invalid("about_id", "no agreed synergy has this identifier here")
    document = uuid5(ENTRY_NAMESPACE, f"document/{command.figure_id}")
    occasion = Occasion(
        Subject(command.about, command.about_id),
        command.first,
        command.last,
        causes=(document,),
        lot=f"figure/{command.about}/{command.about_id}/{command.first}/{command.last}",
    )
    finding = Finding(
        command.indicator,
        command.value,
        f"entered; evidence: {command.document}",
        quality=command.quality,
        state="measured" if command.quality in {"a", "b"} else "estimated",
    )
    return await write_lines([write(finding, occasion)], store)
