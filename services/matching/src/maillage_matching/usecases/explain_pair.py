"""Why two flows are, or are not, proposed to one another: every gate, and what would open it."""

from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.refusals import NotFound
from maillage_contracts.vocabulary import FlowId
from maillage_matching.domain.gates import explain, finding_of
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import Gate, Pair
from maillage_matching.domain.proposal import first_pair
from maillage_matching.usecases.ground import ground_today, sides_of
from maillage_matching.usecases.store import Store


@dataclass(frozen=True)
class Explanation:
    """The offer and the need as they were taken, the verdict, and all gates."""

    offer_id: FlowId
    need_id: FlowId
    verdict: str
    rule: str | None
    gates: tuple[Gate, ...]


async def explain_pair(
    store: Store, one: FlowId, other: FlowId, *, now: datetime, knowledge: Knowledge
) -> Explanation:
    """Examine the two as if they had just been declared."""
    sides = sides_of(await store.known_flows({one, other}), knowledge)
    missing = {one, other} - {side.flow.flow_id for side in sides}
    if missing:
        raise NotFound(f"no flow is known as {', '.join(sorted(map(str, missing)))}")
    ground = await ground_today(store, await store.policy(), knowledge, now)
    pair = first_pair(sides, ground) or Pair(sides[0], sides[-1])
    gates = explain(pair, ground)
    return Explanation(
        offer_id=pair.offer.flow.flow_id,
        need_id=pair.need.flow.flow_id,
        verdict=finding_of(pair, gates).verdict,
        rule=pair.rule.name if pair.rule else None,
        gates=gates,
    )
