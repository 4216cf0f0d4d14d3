"""What flows says: what each actor has too much of or lacks, and the rounds that already drive."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from maillage_contracts.envelope import Event, Topic
from maillage_contracts.vocabulary import (
    KNOWN_CONFIDENCES,
    KNOWN_ENERGIES,
    KNOWN_FLOW_KINDS,
    KNOWN_INTENTS,
    KNOWN_PHYSICAL_STATES,
    KNOWN_VEHICLE_CLASSES,
    KNOWN_WASTE_STATUSES,
    KNOWN_WILLINGNESS,
    ActorId,
    FlowId,
    GeoPoint,
    Kilograms,
    Kilometres,
    Label,
    LocalTime,
    Moment,
    Money,
    Ordinal,
    PeriodicQuantity,
    Place,
    Quantity,
    RoundId,
    SiteId,
    TemperatureClass,
    Value,
    Visibility,
    WasteCode,
    Word,
    known,
)

FLOWS = Topic("flows", "flow", has_state=True)
EXISTING_ROUNDS = Topic("flows", "existinground")


class Resource(Value):
    """What flows: free text is kept, the rest helps to find it."""

    label: Label = Field(examples=["Euro pallets, used once"])
    spec: Word | None = Field(
        default=None, description="Its entry in the territory's taxonomy.", examples=["pallet"]
    )
    waste_code: WasteCode | None = None
    functions: tuple[Word, ...] = Field(
        default=(),
        max_length=12,
        description="What it can serve for, whatever it is made of.",
        examples=[["cushioning"]],
    )


class Condition(Value):
    """The state in which it comes; what nobody told stays absent."""

    physical: Word | None = Field(
        default=None, description=known(KNOWN_PHYSICAL_STATES), examples=["solid"]
    )
    form: Word | None = Field(default=None, description="How it is packed.", examples=["bale"])
    contamination: Word | None = Field(
        default=None, description="What soils it, or clean.", examples=["clean"]
    )
    temperature: TemperatureClass | None = None


class Legal(Value):
    """What the law sees in it; absent means unknown, and is asked, never guessed."""

    waste_status: Word | None = Field(
        default=None, description=known(KNOWN_WASTE_STATUSES), examples=["waste"]
    )
    is_hazardous: bool | None = None
    is_food_grade: bool | None = None


class Flow(Value):
    """A declaration on all its axes."""

    flow_id: FlowId
    actor_id: ActorId
    site_id: SiteId | None = None
    position: GeoPoint | None = None
    activity_zone: Word | None = Field(
        default=None, description="Business park it lies in.", examples=["jourdies"]
    )
    kind: Word = Field(description=known(KNOWN_FLOW_KINDS), examples=["material"])
    direction: Word = Field(
        description="out: the actor has too much of it; in: it lacks it.", examples=["out"]
    )
    intent: Word = Field(description=known(KNOWN_INTENTS), examples=["offer"])
    willingness: Word = Field(description=known(KNOWN_WILLINGNESS), examples=["open"])
    confidence: Word = Field(description=known(KNOWN_CONFIDENCES), examples=["declared"])
    status: Word = Field(
        description="Place in its life cycle; only an open flow is matched.", examples=["open"]
    )
    visibility: Visibility = Field(default="members", description="Who may be shown it.")
    resource: Resource
    condition: Condition = Condition()
    legal: Legal = Legal()
    quantity: PeriodicQuantity | None = Field(default=None, description="How much there is of it.")
    per_pickup: Quantity | None = Field(default=None, description="How much at one time.")
    cost_today: Money | None = Field(
        default=None, description="What it costs the actor a year today."
    )
    pain_rank: int | None = Field(default=None, ge=1, le=3, description="1 is the worst pain.")
    available_from: date | None = None
    available_until: date | None = Field(default=None, description="Last day.")
    observed_at: Moment = Field(description="When somebody last saw or confirmed it.")
    open_questions: tuple[Word, ...] = Field(
        default=(), max_length=20, description="Attributes that were asked for, without answer."
    )


class FlowEvent(Event):
    """What all events of a flow carry: the whole declaration."""

    TOPIC: ClassVar[Topic] = FLOWS
    SUBJECT: ClassVar[str] = "flow.flow_id"

    flow: Flow

    @property
    def visibility(self) -> Visibility:
        """As the declaration says."""
        return self.flow.visibility


class FlowDeclared(FlowEvent):
    """A flow was noted at a visit or declared by its firm; not yet to be matched."""

    TYPE: ClassVar[str] = "org.maillage.flow.declared.v1"


class FlowOpened(FlowEvent):
    """The firm wants to work on it: from now on it may be matched."""

    TYPE: ClassVar[str] = "org.maillage.flow.opened.v1"


class FlowChanged(FlowEvent):
    """Something in the declaration, or its status, changed."""

    TYPE: ClassVar[str] = "org.maillage.flow.changed.v1"

    changed: tuple[Word, ...] = Field(
        max_length=60, description="Names of the fields that differ.", examples=[["status"]]
    )
    reason: Word | None = Field(default=None, examples=["actor_closed"])


class FlowWentStale(FlowEvent):
    """Nobody confirmed it for too long: it is no longer matched until somebody does."""

    TYPE: ClassVar[str] = "org.maillage.flow.went_stale.v1"

    stale_after_days: Ordinal = Field(description="Days without confirmation.")


Weekday = Annotated[int, Field(ge=1, le=7)]


class FreeCapacity(Value):
    """Room that is left in a vehicle on one leg."""

    leg: Word = Field(description="out or back.", examples=["back"])
    mass_kg: Kilograms = Field(description="Mass for which there is room.")
    temperature: TemperatureClass = "ambient"


class ExistingRound(Value):
    """A round that somebody already drives, and what room it has."""

    round_id: RoundId
    actor_id: ActorId
    label: Label
    weekdays: tuple[Weekday, ...] = Field(
        min_length=1, max_length=7, description="1 is Monday, 7 is Sunday."
    )
    departs_at: LocalTime = Field(description="On the clock of the territory.")
    vehicle_class: Word = Field(description=known(KNOWN_VEHICLE_CLASSES), examples=["van"])
    energy: Word = Field(description=known(KNOWN_ENERGIES), examples=["diesel"])
    stops: tuple[Place, ...] = Field(min_length=1, max_length=200)
    distance_km: Kilometres
    empty_km: Kilometres = Field(description="Of these, driven without a load.")
    carried_kg: Kilograms = Field(description="Mass carried on one round.")
    free: tuple[FreeCapacity, ...] = Field(default=(), max_length=8)
    cost_per_round: Money | None = None
    status: Word = Field(default="active", description="active or ended.", examples=["active"])


class ExistingRoundDeclared(Event):
    """A round and its free room were declared, changed or ended."""

    TYPE: ClassVar[str] = "org.maillage.existinground.declared.v1"
    TOPIC: ClassVar[Topic] = EXISTING_ROUNDS
    SUBJECT: ClassVar[str] = "round.round_id"

    round: ExistingRound
