"""What tours says: what must be carried, by which round, and what really happened."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from maillage_contracts.envelope import Event, Topic
from maillage_contracts.vocabulary import (
    KNOWN_ENERGIES,
    KNOWN_VEHICLE_CLASSES,
    Amount,
    Kilograms,
    Kilometres,
    Label,
    Load,
    Moment,
    Money,
    OrderId,
    Ordinal,
    Place,
    PlanId,
    Positive,
    Share,
    Text,
    TimeWindow,
    TourId,
    Value,
    VehicleId,
    Word,
    known,
)

TRANSPORT_ORDERS = Topic("tours", "transportorder")
TOURS = Topic("tours", "tour")
KNOWN_ORIGINS = ("synergy", "actor", "marketplace", "import")


class TransportOrder(Value):
    """One load from one place to another within its customers' windows."""

    order_id: OrderId
    origin: Word = Field(description=known(KNOWN_ORIGINS), examples=["synergy"])
    origin_id: UUID | None = Field(
        default=None, description="Identifier of the synergy or order there."
    )
    on: date
    pickup: Place
    dropoff: Place
    load: Load
    pickup_window: TimeWindow
    dropoff_window: TimeWindow
    is_waste: bool = Field(default=False, description="Waste in the eyes of the law.")
    is_return: bool = Field(default=False, description="Comes back on a round that goes out.")


class TransportOrderRequested(Event):
    """Something must be carried."""

    TYPE: ClassVar[str] = "org.maillage.transportorder.requested.v1"
    TOPIC: ClassVar[Topic] = TRANSPORT_ORDERS
    SUBJECT: ClassVar[str] = "order.order_id"

    order: TransportOrder


class TransportOrderFulfilled(Event):
    """The order came to its end: carried, in part, or not."""

    TYPE: ClassVar[str] = "org.maillage.transportorder.fulfilled.v1"
    TOPIC: ClassVar[Topic] = TRANSPORT_ORDERS
    SUBJECT: ClassVar[str] = "order_id"

    order_id: OrderId
    tour_id: TourId
    origin: Word = Field(description=known(KNOWN_ORIGINS), examples=["synergy"])
    origin_id: UUID | None = Field(default=None, description="As in the order.")
    outcome: Word = Field(
        description="fulfilled, partially_fulfilled or failed.", examples=["fulfilled"]
    )
    accepted_kg: Kilograms = Field(description="Taken in where it was brought.")
    refused_kg: Kilograms = Field(description="Refused there.")
    reason: Word | None = Field(default=None, description="Why not all.", examples=["damaged"])


class PlannedStop(Value):
    """One stop of a tour as planned."""

    number: Ordinal = Field(description="Place in the round, from 1.")
    kind: Word = Field(description="pickup, dropoff or mixed.", examples=["pickup"])
    place: Place
    order_ids: tuple[OrderId, ...] = Field(min_length=1, max_length=1000)
    arrives_at: Moment
    departs_at: Moment
    onboard_kg: Kilograms = Field(description="On board when leaving the stop.")


class Tour(Value):
    """A round of one vehicle on one day, as planned and checked."""

    tour_id: TourId
    plan_id: PlanId = Field(description="The tours of one plan were solved together.")
    on: date
    vehicle_id: VehicleId
    vehicle_class: Word = Field(description=known(KNOWN_VEHICLE_CLASSES), examples=["van"])
    energy: Word = Field(description=known(KNOWN_ENERGIES), examples=["electric"])
    start: Place
    end: Place
    starts_at: Moment
    ends_at: Moment
    stops: tuple[PlannedStop, ...] = Field(max_length=1000)
    distance_km: Kilometres
    empty_km: Kilometres = Field(description="Of these, driven without a load.")
    load_factor: Share = Field(description="Tonne-km carried / tonne-km possible, 0 to 1.")
    cost: Money
    is_insertion: bool = Field(default=False, description="Driven by persons in work insertion.")
    matrix: Word = Field(description="Where its distances come from.", examples=["estimated"])
    solver: Label = Field(
        description="What made the plan, with its version.", examples=["pyvrp 0.14.1"]
    )


class TourPublished(Event):
    """A tour that passed the independent check was given to its crew."""

    TYPE: ClassVar[str] = "org.maillage.tour.published.v1"
    TOPIC: ClassVar[Topic] = TOURS
    SUBJECT: ClassVar[str] = "tour.tour_id"

    tour: Tour


class Handover(Value):
    """What was really handed over for one order at a stop."""

    order_id: OrderId
    action: Word = Field(description="pickup or dropoff.", examples=["pickup"])
    accepted_kg: Kilograms
    refused_kg: Kilograms = Decimal(0)
    reason: Word | None = Field(
        default=None, description="Why some was refused.", examples=["damaged"]
    )


class StopCompleted(Event):
    """A stop was done: weighed, accepted or refused in part."""

    TYPE: ClassVar[str] = "org.maillage.stop.completed.v1"
    TOPIC: ClassVar[Topic] = TOURS
    SUBJECT: ClassVar[str] = "tour_id"

    tour_id: TourId
    number: Ordinal = Field(description="The planned stop, from 1.")
    arrived_at: Moment
    completed_at: Moment
    handovers: tuple[Handover, ...] = Field(min_length=1, max_length=1000)
    temperature_c: Amount | None = Field(default=None, ge=-60, le=120, description="At handover.")
    proof: Label | None = Field(default=None, description="Reference of a document, never a name.")
    note: Text | None = None


class CarriedOrder(Value):
    """What a tour did for one order: the key for sharing its emissions (ISO 14083)."""

    order_id: OrderId
    origin: Word = Field(description=known(KNOWN_ORIGINS), examples=["synergy"])
    origin_id: UUID | None = Field(default=None, description="As in the order.")
    carried_kg: Kilograms
    direct_km: Kilometres = Field(description="Shortest feasible distance from pickup to dropoff.")


class TourCompleted(Event):
    """All stops of a tour are done or failed."""

    TYPE: ClassVar[str] = "org.maillage.tour.completed.v1"
    TOPIC: ClassVar[Topic] = TOURS
    SUBJECT: ClassVar[str] = "tour_id"

    tour_id: TourId
    on: date
    vehicle_id: VehicleId
    vehicle_class: Word = Field(description=known(KNOWN_VEHICLE_CLASSES), examples=["van"])
    energy: Word = Field(description=known(KNOWN_ENERGIES), examples=["electric"])
    distance_km: Kilometres
    distance_source: Word = Field(description="odometer or planned.", examples=["odometer"])
    empty_km: Kilometres = Field(description="Of these, driven without a load.")
    hours: Positive = Field(description="Hours of work of its crew.")
    insertion_hours: Positive = Field(description="Of these, by persons in work insertion.")
    carried: tuple[CarriedOrder, ...] = Field(max_length=1000)
    matrix: Word = Field(description="Where planned distances come from.", examples=["estimated"])
