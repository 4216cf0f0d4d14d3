"""What a caller may see of one thing."""

from uuid import UUID

from maillage_contracts.refusals import NotFound
from maillage_flows.domain.flow import Flow
from maillage_flows.domain.question import Question
from maillage_flows.domain.reach import Reach
from maillage_flows.domain.round import Round
from maillage_flows.usecases.at_hand import no_flow
from maillage_flows.usecases.store import Store


async def show_flow(flow_id: UUID, reach: Reach, store: Store) -> Flow:
    """A flow; raises NotFound also for one that this caller may not know of."""
    flow = await store.seen_flow(flow_id)
    if flow is None or not reach.sees(flow.actor_id, flow.declaration.visibility):
        raise no_flow(flow_id)
    return flow


async def show_question(question_id: UUID, reach: Reach, store: Store) -> Question:
    """A question; raises NotFound for whoever is neither advisor nor asked."""
    question = await store.question(question_id)
    if question is None or not reach.sees(question.actor_id, "private"):
        raise NotFound(f"no question has the identifier {question_id}")
    return question


async def show_round(round_id: UUID, store: Store) -> Round:
    """A round; all members may know of it. Raises NotFound."""
    known = await store.seen_round(round_id)
    if known is None:
        raise NotFound(f"no round has the identifier {round_id}")
    return known
