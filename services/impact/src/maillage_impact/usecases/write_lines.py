"""Put lines into the ledger: what is counted already is corrected, never counted twice."""

from collections.abc import Sequence

from maillage_contracts.envelope import Event
from maillage_impact.domain.entry import Entry, amend
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.tell import tell


async def write_lines(lines: Sequence[Entry], store: Store) -> list[Event]:
    """Append them; a line whose lot is counted by another one corrects that one."""
    claims = [line.claim for line in lines if line.claim]
    counted = await store.claimed(claims) if claims else {}
    settled: list[Entry] = []
    for line in lines:
        earlier = counted.get(line.claim or "") or await _before_claims(line, store)
        settled += [line] if earlier is None else _against(earlier, line)
    return tell(await store.append(settled))


async def _before_claims(line: Entry, store: Store) -> Entry | None:
    """A line of a plan that was written before lines had claims."""
    if line.subject.kind != "plan":
        return None
    return await store.in_force(line.subject, line.indicator)


def _against(earlier: Entry, line: Entry) -> list[Entry]:
    if earlier.baseline_id != line.baseline_id:
        return amend(earlier, line, "baseline_change")
    if set(earlier.causes) != set(line.causes):
        return amend(earlier, line, "activity_correction")
    return []
