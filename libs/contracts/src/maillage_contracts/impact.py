"""What impact says: signed statements, each with its baseline, its factors and its causes."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from maillage_contracts.envelope import Event, Topic
from maillage_contracts.vocabulary import BaselineId, Label, Signed, StatementId, Text, Value, Word

STATEMENTS = Topic("impact", "statement")


class FactorRef(Value):
    """A factor in the version that was used."""

    factor_id: Word = Field(examples=["van_diesel_km"])
    version: Label = Field(examples=["2026.1"])


class Statement(Value):
    """One indicator of one subject over one period. Signed; never netted; never changed."""

    statement_id: StatementId
    about: Word = Field(description="synergy, tour or actor; more may come.", examples=["synergy"])
    about_id: UUID = Field(description="Which synergy, tour or actor.")
    indicator: Word = Field(description="What is counted.", examples=["ghg_avoided_material"])
    account: Word = Field(
        description="induced, avoided, physical, social or money; accounts are never added up.",
        examples=["avoided"],
    )
    value: Signed = Field(description="In `unit`; below zero when it is worse than before.")
    low: Signed | None = Field(default=None, description="Lower end of the likely range.")
    high: Signed | None = Field(default=None, description="Upper end of the likely range.")
    unit: Label = Field(examples=["kgCO2e"])
    period_start: date
    period_end: date = Field(description="Last day.")
    baseline_id: BaselineId | None = Field(
        default=None, description="What it is compared with; nothing is avoided without."
    )
    factors: tuple[FactorRef, ...] = Field(default=(), max_length=50)
    quality: Word = Field(
        description="Of the data, from a (measured) to e (declared).", examples=["b"]
    )
    state: Word = Field(description="estimated, measured or verified.", examples=["measured"])
    method: Text = Field(description="How the value was computed.")
    causes: tuple[UUID, ...] = Field(max_length=500, description="Events it was computed from.")


class ImpactRecorded(Event):
    """A statement was added to the ledger."""

    TYPE: ClassVar[str] = "org.maillage.impact.recorded.v1"
    TOPIC: ClassVar[Topic] = STATEMENTS
    SUBJECT: ClassVar[str] = "statement.about_id"

    statement: Statement


class ImpactCorrected(Event):
    """A new statement corrects an older one; the older one stays."""

    TYPE: ClassVar[str] = "org.maillage.impact.corrected.v1"
    TOPIC: ClassVar[Topic] = STATEMENTS
    SUBJECT: ClassVar[str] = "statement.about_id"

    statement: Statement
    corrects: StatementId = Field(description="The older statement.")
    delta: Signed = Field(description="New value minus corrected value.")
    reason: Word = Field(
        description="factor_update, activity_correction, baseline_change, method_change or error.",
        examples=["factor_update"],
    )
