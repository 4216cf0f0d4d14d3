"""The events that come in: copies of actors, consents, flows and rounds; one that stops things."""

from maillage_common.handlers import Handlers
from maillage_contracts.flows import (
    ExistingRoundDeclared,
    FlowChanged,
    FlowDeclared,
    FlowOpened,
    FlowWentStale,
)
from maillage_contracts.registry import (
    ActorClosed,
    ActorProfileChanged,
    ActorRegistered,
    ConsentGiven,
    ConsentWithdrawn,
)
from maillage_matching.usecases.close_actor import close_actor
from maillage_matching.usecases.follow_actors import follow_actors, follow_consents
from maillage_matching.usecases.follow_flows import follow_flows
from maillage_matching.usecases.follow_rounds import follow_rounds
from maillage_matching.usecases.store import Store


def handlers() -> Handlers[Store]:
    """Which use case runs for which event. Matching itself is the worker's: it follows at once."""
    return (
        Handlers[Store]()
        .batch(FlowDeclared, FlowOpened, FlowChanged, FlowWentStale, run=follow_flows)
        .batch(ExistingRoundDeclared, run=follow_rounds)
        .batch(ActorRegistered, ActorProfileChanged, run=follow_actors)
        .batch(ConsentGiven, ConsentWithdrawn, run=follow_consents)
        .each(ActorClosed, run=close_actor)
    )
