"""What tours says: what must be carried, by which round, and what really happened."""

from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from maillage_contracts.alone import LOW_EMISSION, AloneRounds
from maillage_contracts.envelope import Event, Topic
from maillage_contracts.vocabulary import (
    KNOWN_ENERGIES,
    KNOWN_VEHICLE_CLASSES,
    Amount,
    BsdReference,
    ConsignmentId,
    Count,
    HubId,
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
    TemperatureClass,
    Text,
    TimeWindow,
    TourId,
    Treatment,
    UnitId,
    Value,
    VehicleId,
    WasteCode,
    Word,
    known,
)

TRANSPORT_ORDERS = Topic("tours", "transportorder")
TOURS = Topic("tours", "tour")
HUB_STOCKS = Topic("tours", "hubstock")
PLANS = Topic("tours", "plan")
CONSIGNMENTS = Topic("tours", "custody")
RETURNABLE_UNITS = Topic("tours", "returnableunit")
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


class PlannedRest(Value):
    """A rest of the crew, as planned."""

    place: Place
    starts_at: Moment
    ends_at: Moment


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
    rests: tuple[PlannedRest, ...] = Field(
        default=(), max_length=10, description="Where and when its crew rests on the way."
    )
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


class TourCancelled(Event):
    """A published tour will not be driven; its orders are to be planned again."""

    TYPE: ClassVar[str] = "org.maillage.tour.cancelled.v1"
    TOPIC: ClassVar[Topic] = TOURS
    SUBJECT: ClassVar[str] = "tour_id"

    tour_id: TourId
    plan_id: PlanId
    on: date
    vehicle_id: VehicleId
    reason: Word = Field(examples=["no_crew"])


class Handover(Value):
    """What was really handed over for one order at a stop."""

    order_id: OrderId
    action: Word = Field(description="pickup or dropoff.", examples=["pickup"])
    accepted_kg: Kilograms
    refused_kg: Kilograms = Decimal(0)
    reason: Word | None = Field(default=None, description="Why not all.", examples=["damaged"])


class StopArrived(Event):
    """The crew reached a stop; what it does there is told when it is done."""

    TYPE: ClassVar[str] = "org.maillage.stop.arrived.v1"
    TOPIC: ClassVar[Topic] = TOURS
    SUBJECT: ClassVar[str] = "tour_id"

    tour_id: TourId
    number: Ordinal = Field(description="The planned stop, from 1.")
    arrived_at: Moment = Field(description="By the clock of the crew's phone.")
    received_at: Moment = Field(description="When the hub heard of it, by its own clock.")


class StopFailed(Event):
    """Nothing could be handed over at a stop."""

    TYPE: ClassVar[str] = "org.maillage.stop.failed.v1"
    TOPIC: ClassVar[Topic] = TOURS
    SUBJECT: ClassVar[str] = "tour_id"

    tour_id: TourId
    number: Ordinal = Field(description="The planned stop, from 1.")
    arrived_at: Moment
    completed_at: Moment = Field(description="When the crew gave up, by its phone's clock.")
    received_at: Moment = Field(description="When the hub heard of it, by its own clock.")
    order_ids: tuple[OrderId, ...] = Field(max_length=1000, description="What was not handed over.")
    reason: Word = Field(examples=["nobody_there"])
    proof: Label | None = Field(default=None, description="Reference of a document, never a name.")


class StopCompleted(Event):
    """A stop was done: weighed, accepted or refused in part."""

    TYPE: ClassVar[str] = "org.maillage.stop.completed.v1"
    TOPIC: ClassVar[Topic] = TOURS
    SUBJECT: ClassVar[str] = "tour_id"

    tour_id: TourId
    number: Ordinal = Field(description="The planned stop, from 1.")
    arrived_at: Moment
    completed_at: Moment
    received_at: Moment | None = Field(
        default=None, description="When the hub heard of it; the other moments are the phone's."
    )
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
    capacity_kg: Kilograms | None = Field(default=None, description="Payload of its vehicle.")
    moved_tkm: Positive | None = Field(default=None, description="On board x km of each way.")
    low_emission_km: Kilometres | None = Field(default=None, description=LOW_EMISSION)


class PlanSolvedAlone(Event):
    """The orders of a published plan were planned again, each actor alone: the counterfactual."""

    TYPE: ClassVar[str] = "org.maillage.plan.solved_alone.v1"
    TOPIC: ClassVar[Topic] = PLANS
    SUBJECT: ClassVar[str] = "plan_id"

    plan_id: PlanId
    rounds: tuple[AloneRounds, ...] = Field(max_length=1000)
    unplanned: Count = Field(description="Orders that nobody could have carried alone.")
    matrix: Word = Field(description="Where its distances come from.", examples=["estimated"])
    solver: Label = Field(description="What planned, with its version.", examples=["pyvrp 0.14.1"])


class StockMoved(Event):
    """What all events of a hub's stock carry: what moved, and what is there after it."""

    TOPIC: ClassVar[Topic] = HUB_STOCKS
    SUBJECT: ClassVar[str] = "hub_id"

    hub_id: HubId
    temperature: TemperatureClass
    order_id: OrderId | None = Field(default=None, description="Whose goods; absent: no order's.")
    tour_id: TourId | None = Field(default=None, description="Which tour brought or took them.")
    at: Moment = Field(description="When it happened, by the clock of who tells it.")
    in_stock_kg: Amount = Field(description="Of this class, after it; below 0: not booked in.")
    in_stock_crates: int = Field(ge=-1_000_000, le=1_000_000, description="The same, in crates.")


class HubStockReceived(StockMoved):
    """Goods came into a hub, by a tour or by their owner."""

    TYPE: ClassVar[str] = "org.maillage.hubstock.received.v1"

    mass_kg: Kilograms
    crates: Count = 0


class HubStockDispatched(StockMoved):
    """Goods left a hub, on a tour or with their owner."""

    TYPE: ClassVar[str] = "org.maillage.hubstock.dispatched.v1"

    mass_kg: Kilograms
    crates: Count = 0


class HubStockDiscrepancy(StockMoved):
    """A count found another stock than the books; from now on the count holds."""

    TYPE: ClassVar[str] = "org.maillage.hubstock.discrepancy.v1"

    expected_kg: Amount = Field(description="By the books.")
    expected_crates: int = Field(ge=-1_000_000, le=1_000_000, description="By the books.")


class Consignment(Value):
    """One load of waste, from its producer to its treatment. The words are those of the BSD."""

    consignment_id: ConsignmentId
    order_id: OrderId
    bsd_reference: BsdReference | None = None
    waste_code: WasteCode | None = None
    status: Word = Field(
        description="taken_over, temp_stored, resent, accepted, partially_refused, refused or "
        "processed.",
        examples=["taken_over"],
    )
    taken_over_kg: Kilograms = Field(description="Weighed when its carrier took it.")
    accepted_kg: Kilograms = Field(default=Decimal(0), description="Taken in for treatment.")
    refused_kg: Kilograms = Field(default=Decimal(0), description="Refused on the way or there.")
    reason: Word | None = Field(default=None, description="Why some was refused.")
    operation_code: Treatment | None = None


class ConsignmentEvent(Event):
    """What all events of custody carry: the whole consignment."""

    TOPIC: ClassVar[Topic] = CONSIGNMENTS
    SUBJECT: ClassVar[str] = "consignment.consignment_id"

    consignment: Consignment
    at: Moment = Field(description="When it happened, by the clock of who tells it.")


class CustodyTakenOver(ConsignmentEvent):
    """A carrier took charge of waste, at its producer or again at a hub (`resent`)."""

    TYPE: ClassVar[str] = "org.maillage.custody.taken_over.v1"


class CustodyTempStored(ConsignmentEvent):
    """Waste waits at a hub for another carrier."""

    TYPE: ClassVar[str] = "org.maillage.custody.temp_stored.v1"


class CustodyAccepted(ConsignmentEvent):
    """Who treats it took waste in, all of it or in part (`partially_refused`)."""

    TYPE: ClassVar[str] = "org.maillage.custody.accepted.v1"


class CustodyRefused(ConsignmentEvent):
    """Nothing of the waste was taken in."""

    TYPE: ClassVar[str] = "org.maillage.custody.refused.v1"


class CustodyProcessed(ConsignmentEvent):
    """The waste was treated, by the operation that its code names."""

    TYPE: ClassVar[str] = "org.maillage.custody.processed.v1"


class ReturnableUnitMoved(Event):
    """A crate, pallet or other container for reuse went one step on in its loop."""

    TYPE: ClassVar[str] = "org.maillage.returnableunit.moved.v1"
    TOPIC: ClassVar[Topic] = RETURNABLE_UNITS
    SUBJECT: ClassVar[str] = "unit_id"

    unit_id: UnitId
    kind: Word = Field(description="crate, pallet, bin, jar; more may come.", examples=["crate"])
    came_from: Word | None = Field(default=None, description="Its status before; absent: new.")
    status: Word = Field(
        description="in_stock, out_full, at_customer, out_empty, to_wash, lost or scrapped.",
        examples=["out_full"],
    )
    loops: Count = Field(description="How often it has come back to stock, washed.")
    at: Moment = Field(description="When it happened, by the clock of who tells it.")
    order_id: OrderId | None = Field(default=None, description="With whose goods.")
    tour_id: TourId | None = None
    is_implied: bool = Field(default=False, description="Not told: it follows from what is next.")
