"""On any event of a flow: keep our copy, and have it looked at."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts import flows
from maillage_contracts.envelope import Received
from maillage_matching.domain.flow import Flow
from maillage_matching.usecases.store import Store


async def follow_flows(
    messages: Sequence[Received[flows.FlowEvent]], store: Store, now: datetime
) -> None:
    """Keep the latest of each flow."""
    latest = {m.event.flow.flow_id: m for m in sorted(messages, key=lambda m: m.envelope.sequence)}
    kept = [(flow_as_known(m.event.flow), m.envelope.sequence) for m in latest.values()]
    await store.follow_flows(kept, now)


def flow_as_known(told: flows.Flow) -> Flow:
    return Flow(
        flow_id=told.flow_id,
        actor_id=told.actor_id,
        label=told.resource.label,
        kind=told.kind,
        direction=told.direction,
        intent=told.intent,
        willingness=told.willingness,
        status=told.status,
        activity_zone=told.activity_zone,
        position=told.position,
        spec=told.resource.spec,
        waste_code=told.resource.waste_code,
        functions=frozenset(told.resource.functions),
        physical=told.condition.physical,
        form=told.condition.form,
        contamination=told.condition.contamination,
        temperature=told.condition.temperature,
        waste_status=told.legal.waste_status,
        is_hazardous=told.legal.is_hazardous,
        is_food_grade=told.legal.is_food_grade,
        quantity=told.quantity,
        per_pickup=told.per_pickup,
        cost_today=told.cost_today,
        pain_rank=told.pain_rank,
        available_from=told.available_from,
        available_until=told.available_until,
        observed_at=told.observed_at,
        confidence=told.confidence,
        open_questions=frozenset(told.open_questions),
    )
