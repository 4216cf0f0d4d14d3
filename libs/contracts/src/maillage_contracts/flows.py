"""What flows says: what each actor has too much of or lacks, and the rounds that already drive."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from maillage_contracts.envelope import Event, Topic
from maillage_contracts.vocabulary import (
    ActorId,
    Count,
    FlowId,
    GeoPoint,
    Kilograms,
    Kilometres,
    Label,
    LocalTime,
    Moment,
    Money,
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
)

FLOWS = Topic("flows", "flow", has_state=True)
EXISTING_ROUNDS = Topic("flows", "existinground")


class Resource(Value):
    """What flows: free text is kept, the rest helps to find it."""

    label: Label = Field(examples=["Euro pallets, used once"])
    spec: Word | None = Field(default=None, description="Catalogue entry.", examples=["pallet"])
    waste_code: WasteCode | None = None
    functions: tuple[Word, ...] = Field(
        default=(), max_length=12, description="What it is for.", examples=[["cushioning"]]
    )


class Condition(Value):
    """The state in which it comes; what nobody told stays absent."""

    physical: Word | None = Field(default=None, examples=["solid"])
    form: Word | None = Field(default=None, examples=["bale"])
    contamination: Word | None = Field(default=None, examples=["clean"])
    temperature: TemperatureClass | None = None


class Legal(Value):
    """What the law sees in it; absent means unknown, and is asked, never guessed."""

    waste_status: Word | None = Field(default=None, examples=["waste"])
    is_hazardous: bool | None = None
    is_food_grade: bool | None = None


class Flow(Value):
    """A declaration on all its axes."""

    flow_id: FlowId
    actor_id: ActorId
    site_id: SiteId | None = None
    position: GeoPoint | None = None
    activity_zone: Word | None = None
    kind: Word = Field(examples=["material"])
    direction: Word = Field(description="out: has too much; in: lacks", examples=["out"])
    intent: Word = Field(examples=["offer"])
    willingness: Word = Field(description="none, open or priority", examples=["open"])
    confidence: Word = Field(examples=["declared"])
    status: Word = Field(examples=["open"])
    visibility: Visibility = "members"
    resource: Resource
    condition: Condition = Condition()
    legal: Legal = Legal()
    quantity: PeriodicQuantity | None = None
    per_pickup: Quantity | None = None
    cost_today: Money | None = Field(default=None, description="A year's cost of it, today.")
    pain_rank: int | None = Field(default=None, ge=1, le=3, description="1 is the worst pain.")
    available_from: date | None = None
    available_until: date | None = None
    observed_at: Moment
    open_questions: tuple[Word, ...] = Field(default=(), max_length=20)


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

    changed: tuple[Word, ...] = Field(description="Names of the fields that differ.")
    reason: Word | None = None


class FlowWentStale(FlowEvent):
    """Nobody confirmed it for too long: it is no longer matched until somebody does."""

    TYPE: ClassVar[str] = "org.maillage.flow.went_stale.v1"

    stale_after_days: Count = Field(ge=1, description="Days without confirmation.")


class FreeCapacity(Value):
    """Room that is left in a vehicle on one leg."""

    leg: Word = Field(description="out or back", examples=["back"])
    mass_kg: Kilograms
    temperature: TemperatureClass = "ambient"


class ExistingRound(Value):
    """A round that somebody already drives, and what room it has."""

    round_id: RoundId
    actor_id: ActorId
    label: Label
    weekdays: tuple[int, ...] = Field(
        min_length=1, max_length=7, description="1 is Monday, 7 is Sunday."
    )
    departs_at: LocalTime
    vehicle_class: Word = Field(examples=["van"])
    energy: Word = Field(examples=["diesel"])
    stops: tuple[Place, ...] = Field(min_length=1, max_length=200)
    distance_km: Kilometres
    empty_km: Kilometres
    carried_kg: Kilograms
    free: tuple[FreeCapacity, ...] = Field(default=(), max_length=8)
    cost_per_round: Money | None = None
    status: Word = Field(default="active", examples=["active"])


class ExistingRoundDeclared(Event):
    """A round and its free room were declared, changed or ended."""

    TYPE: ClassVar[str] = "org.maillage.existinground.declared.v1"
    TOPIC: ClassVar[Topic] = EXISTING_ROUNDS
    SUBJECT: ClassVar[str] = "round.round_id"

    round: ExistingRound
