"""Every event that comes in."""

from datetime import tzinfo
from functools import partial

from maillage_common.handlers import Handlers
from maillage_contracts.flows import ExistingRoundDeclared
from maillage_contracts.matching import SynergyAgreed, SynergyEnded
from maillage_contracts.registry import ActorClosed, ActorProfileChanged, ActorRegistered
from maillage_contracts.tours import (
    HubStockDiscrepancy,
    HubStockDispatched,
    HubStockReceived,
    PlanSolvedAlone,
    ReturnableUnitMoved,
    TourCancelled,
    TourCompleted,
    TourPublished,
    TransportOrderFulfilled,
)
from maillage_impact.usecases.follow_actors import follow_actors
from maillage_impact.usecases.follow_containers import write_step
from maillage_impact.usecases.follow_hubs import follow_stock, write_count
from maillage_impact.usecases.follow_plans import keep_alone
from maillage_impact.usecases.follow_rounds import follow_rounds
from maillage_impact.usecases.follow_synergies import end_agreement, keep_agreement
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.write_delivery import write_delivery
from maillage_impact.usecases.write_tour import drop_cancelled_tour, keep_published_tour, write_tour


def handlers(zone: tzinfo) -> Handlers[Store]:
    """One use case for each event; days are those of the territory, which is in this zone."""
    return (
        Handlers[Store]()
        .batch(ActorRegistered, ActorProfileChanged, ActorClosed, run=follow_actors)
        .batch(ExistingRoundDeclared, run=follow_rounds)
        .each(SynergyAgreed, run=keep_agreement)
        .each(SynergyEnded, run=end_agreement)
        .each(TransportOrderFulfilled, run=partial(write_delivery, zone=zone))
        .each(TourPublished, run=keep_published_tour)
        .each(TourCancelled, run=drop_cancelled_tour)
        .each(TourCompleted, run=write_tour)
        .each(PlanSolvedAlone, run=keep_alone)
        .batch(HubStockReceived, HubStockDispatched, run=partial(follow_stock, zone=zone))
        .each(HubStockDiscrepancy, run=partial(write_count, zone=zone))
        .each(ReturnableUnitMoved, run=partial(write_step, zone=zone))
    )
