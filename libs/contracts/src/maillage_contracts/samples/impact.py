"""Examples of what impact says."""

from decimal import Decimal

from maillage_contracts import impact
from maillage_contracts.samples.words import an_id, made


def a_statement(**changes: object) -> impact.Statement:
    """What reuse of the pallets avoided in November, against the baseline."""
    return made(
        impact.Statement,
        changes,
        statement_id=an_id("statement"),
        about="synergy",
        about_id=an_id("synergy"),
        indicator="ghg_avoided_material",
        account="avoided",
        value="-61.2",
        low="-85.7",
        high="-36.7",
        unit="kgCO2e",
        period_start="2026-11-01",
        period_end="2026-11-30",
        baseline_id=an_id("baseline"),
        factors=({"factor_id": "pallet_new_kg", "version": "2026.1"},),
        quality="b",
        state="measured",
        method="Mass handed over x factor of a new pallet, minus repair.",
        causes=(an_id("event of org.maillage.stop.completed.v1"),),
    )


def an_impact_recorded(**changes: object) -> impact.ImpactRecorded:
    return made(impact.ImpactRecorded, changes, statement=a_statement())


def an_impact_corrected(**changes: object) -> impact.ImpactCorrected:
    corrected = a_statement(
        statement_id=an_id("corrected statement"),
        value="-58",
        factors=({"factor_id": "pallet_new_kg", "version": "2026.2"},),
    )
    return made(
        impact.ImpactCorrected,
        changes,
        statement=corrected,
        corrects=an_id("statement"),
        delta=Decimal("3.2"),
        reason="factor_update",
    )
