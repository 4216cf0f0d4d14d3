"""A person approves a baseline: from then on what it covers is held against it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused, Stale
from maillage_impact.domain.accounting import line_of_saving
from maillage_impact.domain.baseline import Baseline, move, overlap, supersede
from maillage_impact.domain.entry import Entry, Occasion, Subject
from maillage_impact.usecases.close_balance import lines_of_hubs
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.write_delivery import lines_of
from maillage_impact.usecases.write_lines import write_lines
from maillage_impact.usecases.write_tour import lines_of_day


@dataclass(frozen=True)
class ApproveBaseline:
    """Approve; `expected_version` is what the person read."""

    baseline_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True)
class SupersedeBaseline:
    """Let a baseline end after a last day."""

    baseline_id: UUID
    last_day: date
    expected_version: int | None = None


async def approve_baseline(
    command: ApproveBaseline, store: Store, now: datetime
) -> Iterable[Event]:
    """Approve, and write what already happened in the days that the baseline covers."""
    drafted = await _read(command.baseline_id, command.expected_version, store)
    approved = replace(move(drafted, "approved"), approved_on=now.date())
    same = await store.baselines(synergy_id=approved.synergy_id, scope=approved.scope)
    if clash := overlap(approved, same):
        raise Refused(
            f"baseline {clash.baseline_id} already covers {clash.valid_from} to {clash.valid_to}: "
            "supersede it first"
        )
    await store.save_baseline(approved)
    if approved.synergy_id is None:
        lines: list[Entry] = []
        for plan_id in await store.plans_between(approved.valid_from, approved.valid_to):
            lines += await lines_of_day(plan_id, store)
        lines += await lines_of_hubs(approved, store)
    else:
        lines = await _lines_of_synergy(approved, approved.synergy_id, store)
    return await write_lines(lines, store)


async def supersede_baseline(
    command: SupersedeBaseline, store: Store, now: datetime
) -> Iterable[Event]:
    """End a baseline; what was written against it stays."""
    del now
    baseline = await _read(command.baseline_id, command.expected_version, store)
    await store.save_baseline(supersede(baseline, command.last_day))
    return ()


async def _read(baseline_id: UUID, expected: int | None, store: Store) -> Baseline:
    baseline = await store.baseline(baseline_id)
    if expected is not None and expected != baseline.version:
        raise Stale(expected=expected, found=baseline.version)
    return baseline


async def _lines_of_synergy(baseline: Baseline, synergy_id: UUID, store: Store) -> list[Entry]:
    synergy = await store.synergy(synergy_id)
    if synergy is None:
        return []
    lines: list[Entry] = []
    for delivery in await store.deliveries(synergy_id):
        lines += await lines_of(delivery, synergy, store)
    if synergy.saving_eur is not None and synergy.cause is not None:
        occasion = Occasion(
            subject=Subject("synergy", synergy_id),
            period_start=synergy.starts_on,
            period_end=synergy.starts_on + timedelta(days=364),
            causes=(synergy.cause,),
            baseline_id=baseline.baseline_id,
            lot=f"saving/{synergy_id}/{synergy.starts_on}",
        )
        lines.append(line_of_saving(occasion, synergy.saving_eur))
    return lines
