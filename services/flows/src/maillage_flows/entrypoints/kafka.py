"""Every event that comes in, and what it does here."""

from maillage_common.handlers import Handlers
from maillage_contracts.matching import (
    CaseIntroduced,
    FlowQuestionRaised,
    SynergyAgreed,
    SynergyEnded,
)
from maillage_contracts.registry import (
    ActorClosed,
    ActorProfileChanged,
    ActorRegistered,
    ConsentGiven,
    ConsentWithdrawn,
)
from maillage_flows.usecases.close_actor import close_actor
from maillage_flows.usecases.commit_flows import commit_flows
from maillage_flows.usecases.follow_actors import follow_actors
from maillage_flows.usecases.follow_consent import follow_consent
from maillage_flows.usecases.follow_question import follow_question
from maillage_flows.usecases.free_flows import free_flows
from maillage_flows.usecases.reserve_flows import reserve_flows
from maillage_flows.usecases.store import Store


def handlers() -> Handlers[Store]:
    """The menu of the Kafka door."""
    return (
        Handlers[Store]()
        .batch(ActorRegistered, ActorProfileChanged, run=follow_actors)
        .each(ActorClosed, run=close_actor)
        .each(ConsentGiven, ConsentWithdrawn, run=follow_consent)
        .each(FlowQuestionRaised, run=follow_question)
        .each(CaseIntroduced, run=reserve_flows)
        .each(SynergyAgreed, run=commit_flows)
        .each(SynergyEnded, run=free_flows)
    )
