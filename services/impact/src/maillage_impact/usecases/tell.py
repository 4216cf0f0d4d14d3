"""The events of the lines that were written."""

from collections.abc import Iterable

from maillage_contracts.envelope import Event
from maillage_contracts.impact import FactorRef, ImpactCorrected, ImpactRecorded, Statement
from maillage_contracts.vocabulary import BaselineId, StatementId
from maillage_impact.domain.entry import Entry
from maillage_impact.domain.indicators import INDICATORS


def tell(entries: Iterable[Entry]) -> list[Event]:
    """One event a line: recorded, or corrected, which implies the reversal of the older one."""
    return [_event(entry) for entry in entries if entry.reversal is None]


def _event(entry: Entry) -> Event:
    if entry.correction is None:
        return ImpactRecorded(statement=as_statement(entry))
    return ImpactCorrected(
        statement=as_statement(entry),
        corrects=StatementId(entry.correction.corrects),
        delta=entry.correction.delta,
        reason=entry.correction.reason,
    )


def as_statement(entry: Entry) -> Statement:
    """The line as others read it."""
    indicator = INDICATORS[entry.indicator]
    return Statement(
        statement_id=StatementId(entry.entry_id),
        about=entry.subject.kind,
        about_id=entry.subject.id,
        indicator=entry.indicator,
        account=indicator.account,
        value=entry.value,
        low=entry.low,
        high=entry.high,
        unit=indicator.unit,
        period_start=entry.period_start,
        period_end=entry.period_end,
        baseline_id=BaselineId(entry.baseline_id) if entry.baseline_id else None,
        factors=tuple(FactorRef(factor_id=id_, version=version) for id_, version in entry.factors),
        quality=entry.quality,
        state=entry.state,
        method=entry.method,
        causes=entry.causes,
    )
