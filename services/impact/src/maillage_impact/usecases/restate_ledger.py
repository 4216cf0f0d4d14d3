"""Newer factors, or a method mended: what the whole ledger says with them, as differences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid
from maillage_impact.domain.entry import CORRECTION_REASONS
from maillage_impact.domain.restate import Summary, differences, lines_of, restatement_id_of
from maillage_impact.usecases.store import Restatement, Store
from maillage_impact.usecases.tell import tell

PAGE_LINES = 20_000


@dataclass(frozen=True)
class RestateLedger:
    """Hold every line against a factor set; `reason` is one of those of corrections."""

    version: str
    reason: str = "factor_update"


async def restate_ledger(command: RestateLedger, store: Store, now: datetime) -> Iterable[Event]:
    """Write the differences beside the lines; nothing when every line says the same."""
    del now
    if command.version not in store.factor_sets:
        raise Invalid("version", f"say one of {', '.join(store.factor_sets)}")
    if command.reason not in CORRECTION_REASONS:
        raise Invalid("reason", f"say one of {', '.join(CORRECTION_REASONS)}")
    head = await store.head()
    restatement_id = restatement_id_of(command.version, command.reason, head.hash)
    factors = store.factor_sets[command.version]
    summary, place = Summary(), 0
    while lines := await store.restatable(place, PAGE_LINES):
        place = lines[-1].place
        deltas = list(differences(lines, factors, summary))
        await store.save_differences(restatement_id, deltas)
    if summary.lines == 0:
        return ()
    await store.save_restatement(
        Restatement(restatement_id, command.version, command.reason, summary.lines, summary.digest)
    )
    return tell(await store.append(lines_of(restatement_id, command.version, summary)))
