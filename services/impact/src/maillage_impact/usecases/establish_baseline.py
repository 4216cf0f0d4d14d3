"""Somebody writes down what would have been without, with the evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid
from maillage_impact.domain.baseline import Baseline, check
from maillage_impact.usecases.store import Store


@dataclass(frozen=True)
class EstablishBaseline:
    """The baseline as drafted."""

    baseline: Baseline


async def establish_baseline(
    command: EstablishBaseline, store: Store, now: datetime
) -> Iterable[Event]:
    """Keep a draft that nothing is held against until a person approves it."""
    del now
    baseline = command.baseline
    spec = None
    if baseline.synergy_id is not None:
        synergy = await store.synergy(baseline.synergy_id)
        if synergy is None:
            raise Invalid("synergy_id", "no agreed synergy has this identifier here")
        spec = synergy.spec
    check(baseline, spec, store.factors)
    known = {round_.round_id for round_ in await store.rounds(baseline.round_ids)}
    for place, round_id in enumerate(baseline.round_ids):
        if round_id not in known:
            raise Invalid(f"round_ids.{place}", "no declared round has this identifier here")
    await store.save_baseline(baseline)
    return ()
