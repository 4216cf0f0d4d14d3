"""One flow taken up by somebody who may change it, and put back changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import NotFound, Refused, Stale
from maillage_flows.domain.actor import Actor
from maillage_flows.domain.flow import Flow
from maillage_flows.domain.question import settled
from maillage_flows.domain.reach import Reach
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import told


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command about one flow: which, by whom, and the version that was read before."""

    flow_id: UUID
    reach: Reach
    expected_version: int | None = None


def no_flow(flow_id: UUID) -> NotFound:
    """The refusal for a flow that does not exist, or not for this caller."""
    return NotFound(f"no flow has the identifier {flow_id}")


async def known_actor(actor_id: UUID, store: Store) -> Actor:
    """An actor that is there; raises Refused when it is unknown or closed."""
    actor = await store.actor(actor_id)
    if actor is None:
        raise Refused(
            f"no actor {actor_id} is known here: register it first; the news takes a moment"
        )
    actor.must_be_active()
    return actor


async def at_hand(step: Step, store: Store) -> tuple[Flow, Actor]:
    """The flow of a command and its actor; raises what keeps the caller from changing it."""
    found = await store.flow(step.flow_id)
    if found is None or not step.reach.changes(found[0].actor_id, found[0].declaration.visibility):
        raise no_flow(step.flow_id)
    flow, actor = found
    if step.expected_version not in (None, flow.version):
        raise Stale(expected=step.expected_version, found=flow.version)
    actor.must_be_active()
    return flow, actor


async def put_back(before: Flow, after: Flow, store: Store, now: datetime) -> list[Event]:
    """Keep a changed flow; what its declaration now answers is asked no longer."""
    return await put_all_back([(before, settled(before, after))], store, now)


async def put_all_back(
    pairs: Sequence[tuple[Flow, Flow]], store: Store, now: datetime
) -> list[Event]:
    """Keep changed flows, close the questions that they lost, and say what became of them."""
    changed = [(before, after) for before, after in pairs if before != after]
    if not changed:
        return []
    await store.save_flows(
        [replace(after, version=before.version + 1) for before, after in changed]
    )
    dropped = [
        asked for before, after in changed if after.is_over for asked in _gone(before, after)
    ]
    answered = [
        asked for before, after in changed if not after.is_over for asked in _gone(before, after)
    ]
    if dropped:
        await store.close_questions(dropped, "dropped", now)
    if answered:
        await store.close_questions(answered, "answered", now)
    return [event for before, after in changed for event in told(before, after)]


def _gone(before: Flow, after: Flow) -> list[tuple[UUID, str]]:
    return [
        (after.flow_id, word) for word in before.open_questions if word not in after.open_questions
    ]
