"""Every event that comes in, and the use case it is for."""

from functools import partial

from maillage_common.handlers import Handlers
from maillage_contracts.flows import ExistingRoundDeclared
from maillage_contracts.matching import SynergyAgreed, SynergyEnded
from maillage_contracts.registry import (
    AccessZoneRulePublished,
    ActorClosed,
    ActorProfileChanged,
    ActorRegistered,
    HubCapacityChanged,
    VehicleDeclared,
)
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.end_synergy import end_synergy
from maillage_tours.usecases.follow_registry import (
    follow_actors,
    follow_hubs,
    follow_vehicles,
    follow_zones,
)
from maillage_tours.usecases.follow_rounds import follow_rounds
from maillage_tours.usecases.raise_orders import raise_orders
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.suspend_orders import suspend_orders


def handlers(terms: Terms) -> Handlers[Store]:
    """The Kafka door."""
    return (
        Handlers[Store]()
        .each(SynergyAgreed, run=partial(raise_orders, terms=terms))
        .each(SynergyEnded, run=end_synergy)
        .each(ActorClosed, run=suspend_orders)
        .batch(ActorRegistered, ActorProfileChanged, run=follow_actors)
        .batch(VehicleDeclared, run=follow_vehicles)
        .batch(HubCapacityChanged, run=follow_hubs)
        .batch(AccessZoneRulePublished, run=follow_zones)
        .batch(ExistingRoundDeclared, run=follow_rounds)
    )
