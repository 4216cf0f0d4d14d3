"""What matching says: leads worth an hour, cases, and the synergies that came of them."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from maillage_contracts.envelope import Event, Topic
from maillage_contracts.vocabulary import (
    KNOWN_LEAD_SOURCES,
    KNOWN_SYNERGY_KINDS,
    ActorId,
    CaseId,
    DailyWindow,
    Division,
    FlowId,
    Label,
    LeadId,
    Load,
    Money,
    Ordinal,
    PatternId,
    Period,
    PeriodicQuantity,
    Place,
    Positive,
    QuestionId,
    Share,
    SynergyId,
    Text,
    Value,
    Visibility,
    WasteCode,
    Word,
    known,
)

LEADS = Topic("matching", "lead", partitions=3)
CASES = Topic("matching", "case", partitions=3)
SYNERGIES = Topic("matching", "synergy", partitions=3)
PATTERNS = Topic("matching", "pattern", partitions=1)
QUESTIONS = Topic("matching", "question", partitions=3)


class Gate(Value):
    """One condition that was examined, and what was found."""

    code: Word = Field(description="Which condition.", examples=["distance"])
    verdict: Word = Field(description="pass, fail or unknown.", examples=["pass"])
    reason: Text = Field(description="Why, in words for an advisor.")


class Lead(Value):
    """Two or more flows that may serve one another, with the reasons."""

    lead_id: LeadId
    source: Word = Field(description=known(KNOWN_LEAD_SOURCES), examples=["engine"])
    kind: Word = Field(description=known(KNOWN_SYNERGY_KINDS), examples=["substitution"])
    flow_ids: tuple[FlowId, ...] = Field(min_length=1, max_length=200)
    actor_ids: tuple[ActorId, ...] = Field(min_length=1, max_length=200)
    activity_zone: Word | None = Field(
        default=None, description="The business park, when all its flows lie in one."
    )
    resource: Label = Field(description="What would pass from one to the other.")
    transformation: Word | None = Field(
        default=None, description="What must be done to it first.", examples=["shredding"]
    )
    missing_link: Word | None = Field(default=None, description="Equipment that nobody has yet.")
    gates: tuple[Gate, ...] = Field(
        default=(), max_length=40, description="Conditions that were examined."
    )
    explanation: tuple[Text, ...] = Field(
        max_length=40, description="Reasons, in words for an advisor."
    )
    score: float | None = Field(
        default=None, ge=0, le=1, description="Order in which leads are shown; of the lead only."
    )
    distance_km: float | None = Field(
        default=None, ge=0, le=20_100, description="Longest of the distances between its sites, km."
    )
    estimated_value: Money | None = Field(default=None, description="A year's gain, estimated.")


class LeadSurfaced(Event):
    """A lead was put in front of an advisor. For consoles only: no actor is told."""

    TYPE: ClassVar[str] = "org.maillage.lead.surfaced.v1"
    TOPIC: ClassVar[Topic] = LEADS
    SUBJECT: ClassVar[str] = "lead.lead_id"
    SHOWN_TO: ClassVar[Visibility] = "private"

    lead: Lead


class LeadAccepted(Event):
    """An advisor takes the lead up: a case exists from now on."""

    TYPE: ClassVar[str] = "org.maillage.lead.accepted.v1"
    TOPIC: ClassVar[Topic] = LEADS
    SUBJECT: ClassVar[str] = "lead_id"
    SHOWN_TO: ClassVar[Visibility] = "private"

    lead_id: LeadId
    case_id: CaseId


class LeadRejected(Event):
    """An advisor turned the lead down, and said why."""

    TYPE: ClassVar[str] = "org.maillage.lead.rejected.v1"
    TOPIC: ClassVar[Topic] = LEADS
    SUBJECT: ClassVar[str] = "lead_id"
    SHOWN_TO: ClassVar[Visibility] = "private"

    lead_id: LeadId
    reasons: tuple[Word, ...] = Field(
        min_length=1, max_length=3, description="Reason codes.", examples=[["too_far"]]
    )


class CaseIntroduced(Event):
    """The parties were brought together: the first moment at which an actor hears of it."""

    TYPE: ClassVar[str] = "org.maillage.case.introduced.v1"
    TOPIC: ClassVar[Topic] = CASES
    SUBJECT: ClassVar[str] = "case_id"
    SHOWN_TO: ClassVar[Visibility] = "case"

    case_id: CaseId
    kind: Word = Field(description=known(KNOWN_SYNERGY_KINDS), examples=["substitution"])
    lead_ids: tuple[LeadId, ...] = Field(max_length=50, description="Leads it came from.")
    actor_ids: tuple[ActorId, ...] = Field(min_length=2, max_length=200)
    flow_ids: tuple[FlowId, ...] = Field(max_length=200)
    channel: Word = Field(description="How they were told.", examples=["visit"])


class Party(Value):
    """An actor of a synergy, and its share of what the synergy brings."""

    actor_id: ActorId
    role: Word = Field(
        description="donor, receiver, processor, member; more may come.", examples=["donor"]
    )
    share: Share = Field(description="Shares of all parties add up to exactly 1.")


class LogisticsNeed(Value):
    """What must be carried so that the synergy runs; orders are made of it without retyping."""

    pickup: Place
    dropoff: Place
    load: Load = Field(description="What one transport carries.")
    every: Period = Field(description="From one transport to the next.", examples=["P1W"])
    first_on: date = Field(description="Day of the first transport.")
    pickup_window: DailyWindow = Field(description="Local time.")
    dropoff_window: DailyWindow = Field(description="Local time.")
    is_waste: bool = Field(default=False, description="Waste in the eyes of the law.")
    is_return: bool = Field(default=False, description="Comes back on a round that goes out.")


class MaterialChange(Value):
    """What is used instead of what, and where the matter went before."""

    resource_spec: Word = Field(description="What is used.", examples=["pallet"])
    waste_code: WasteCode | None = None
    replaces_spec: Word | None = Field(default=None, description="What is no longer bought.")
    replaced_per_unit: Positive = Field(
        default=Decimal(1), le=1000, description="Mass no longer bought for one mass used."
    )
    route_before: Word | None = Field(
        default=None, description="What became of it before.", examples=["wood_disposal"]
    )
    route_after: Word | None = Field(
        default=None, description="What becomes of it now.", examples=["reuse"]
    )


class Synergy(Value):
    """What the parties agreed."""

    synergy_id: SynergyId
    case_id: CaseId
    kind: Word = Field(description=known(KNOWN_SYNERGY_KINDS), examples=["substitution"])
    title: Label
    parties: tuple[Party, ...] = Field(min_length=2, max_length=200)
    flow_ids: tuple[FlowId, ...] = Field(max_length=200)
    quantity: PeriodicQuantity | None = Field(default=None, description="How much, how often.")
    price: Money | None = Field(default=None, description="A year's price between the parties.")
    saving: Money | None = Field(default=None, description="A year's saving the parties confirm.")
    material: MaterialChange | None = None
    logistics: tuple[LogisticsNeed, ...] = Field(default=(), max_length=200)
    starts_on: date


class SynergyAgreed(Event):
    """The parties agreed; transport and accounting start from this."""

    TYPE: ClassVar[str] = "org.maillage.synergy.agreed.v1"
    TOPIC: ClassVar[Topic] = SYNERGIES
    SUBJECT: ClassVar[str] = "synergy.synergy_id"
    SHOWN_TO: ClassVar[Visibility] = "case"

    synergy: Synergy


class SynergyEnded(Event):
    """A synergy stopped; its flows are free again."""

    TYPE: ClassVar[str] = "org.maillage.synergy.ended.v1"
    TOPIC: ClassVar[Topic] = SYNERGIES
    SUBJECT: ClassVar[str] = "synergy_id"
    SHOWN_TO: ClassVar[Visibility] = "case"

    synergy_id: SynergyId
    ended_on: date
    reason: Word = Field(description="Reason code.", examples=["actor_closed"])
    attribution: Word | None = Field(
        default=None, description="Would it have happened without the hub? no, partly or yes."
    )


class PatternPublished(Event):
    """What a synergy taught, without the names: for other territories to adopt."""

    TYPE: ClassVar[str] = "org.maillage.pattern.published.v1"
    TOPIC: ClassVar[Topic] = PATTERNS
    SUBJECT: ClassVar[str] = "pattern_id"
    SHOWN_TO: ClassVar[Visibility] = "public"

    pattern_id: PatternId
    kind: Word = Field(description=known(KNOWN_SYNERGY_KINDS), examples=["substitution"])
    donor_sector: Division | None = None
    receiver_sector: Division | None = None
    resource_spec: Word = Field(description="What was used.", examples=["cardboard"])
    replaces_spec: Word | None = Field(
        default=None, description="What was no longer bought.", examples=["bubble_wrap"]
    )
    transformation: Word | None = Field(default=None, examples=["shredding"])
    equipment: Word | None = Field(default=None, description="What it took.", examples=["shredder"])
    outcome: Word = Field(description="running, ended or abandoned.", examples=["running"])
    obstacles: tuple[Word, ...] = Field(
        default=(), max_length=20, description="Reason codes of what stood in the way."
    )
    case_count: Ordinal = Field(description="Cases it was seen in.")
    consented: bool = Field(description="All parties consented, or at least three cases.")


class FlowQuestionRaised(Event):
    """One missing fact decides: to be asked at the next visit. Whoever asks publishes it."""

    TYPE: ClassVar[str] = "org.maillage.flow.question_raised.v1"
    TOPIC: ClassVar[Topic] = QUESTIONS
    SUBJECT: ClassVar[str] = "question_id"
    SHOWN_TO: ClassVar[Visibility] = "private"

    question_id: QuestionId
    flow_id: FlowId
    attribute: Word = Field(description="What is asked of the flow.", examples=["contamination"])
    why: Text = Field(description="What depends on the answer.")
