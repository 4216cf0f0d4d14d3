"""Rows of the ledger's tables as the values that the rules work with, and back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Correction, Entry, Reversal, Subject
from maillage_impact.domain.indicators import INDICATORS
from maillage_impact.domain.seal import Sealed, factors_text, terms_text
from maillage_impact.domain.transport import Carried, DrivenTour, ReferenceRound
from maillage_impact.domain.uncertainty import Term
from maillage_impact.usecases.store import Delivery, KnownSynergy, PlannedTour

Row = Mapping[str, Any]


def synergy_of(row: Row) -> KnownSynergy:
    """A row of `synergy`."""
    parties = ((UUID(actor_id), Decimal(share)) for actor_id, share in json.loads(row["parties"]))
    fields: dict[str, Any] = {**row, "parties": tuple(parties)}
    return KnownSynergy(**fields)


def round_of(row: Row) -> ReferenceRound:
    """A row of `reference_round`."""
    fields: dict[str, Any] = {**row, "weekdays": tuple(row["weekdays"])}
    return ReferenceRound(**fields)


def delivery_of(row: Row) -> Delivery:
    """A row of `delivery`."""
    return Delivery(**row)


def tour_of(row: Row) -> PlannedTour:
    """A row of `tour`."""
    fields: dict[str, Any] = {**row, "driven": _driven(row["driven"])}
    return PlannedTour(**fields)


def driven_json(driven: DrivenTour | None) -> str | None:
    """A driven tour as JSON, decimals as text."""
    if driven is None:
        return None
    carried = [{k: _text(v) for k, v in vars(order).items()} for order in driven.carried]
    plain = {name: _text(value) for name, value in vars(driven).items()}
    return json.dumps({**plain, "is_measured": driven.is_measured, "carried": carried})


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    """Tours of before do not have every field."""
    return None if text is None else Decimal(text)


def _driven(text: str | None) -> DrivenTour | None:
    if text is None:
        return None
    found = json.loads(text)
    return DrivenTour(
        tour_id=UUID(found["tour_id"]),
        vehicle_class=found["vehicle_class"],
        energy=found["energy"],
        distance_km=Decimal(found["distance_km"]),
        is_measured=found["is_measured"],
        empty_km=Decimal(found["empty_km"]),
        insertion_hours=Decimal(found["insertion_hours"]),
        carried=tuple(
            Carried(
                order_id=UUID(order["order_id"]),
                synergy_id=UUID(order["synergy_id"]) if order["synergy_id"] else None,
                mass_kg=Decimal(order["mass_kg"]),
                direct_km=Decimal(order["direct_km"]),
            )
            for order in found["carried"]
        ),
        capacity_kg=_decimal(found.get("capacity_kg")),
        moved_tkm=_decimal(found.get("moved_tkm")),
        low_emission_km=_decimal(found.get("low_emission_km")),
    )


def baseline_of(row: Row) -> Baseline:
    """A row of `baseline`."""
    fields: dict[str, Any] = {**row, "round_ids": tuple(row["round_ids"])}
    return Baseline(**fields)


def entry_of(row: Row) -> Entry:
    """A row of `entry`."""
    correction = None
    if row["corrects"] is not None:
        correction = Correction(row["corrects"], row["delta"], row["reason"])
    reversal = Reversal(row["reverses"], row["reason"]) if row["reverses"] else None
    return Entry(
        entry_id=row["entry_id"],
        subject=Subject(row["subject_kind"], row["subject_id"]),
        indicator=row["indicator"],
        value=row["value"],
        low=row["low"],
        high=row["high"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        quality=row["quality"],
        state=row["state"],
        method=row["method"],
        causes=tuple(row["causes"]),
        factors=tuple((id_, version) for id_, version in json.loads(row["factors"])),
        baseline_id=row["baseline_id"],
        correction=correction,
        reversal=reversal,
        claim=row["claim"],
        revision=row["revision"],
        terms=terms_of(json.loads(row["terms"])),
        recorded_at=row["recorded_at"],
    )


def terms_of(told: Iterable[tuple[str, Iterable[str]]]) -> tuple[Term, ...]:
    """The terms of a line, from the JSON that they are kept as."""
    return tuple(Term(Decimal(amount), tuple(factors)) for amount, factors in told)


def sealed_of(row: Row) -> Sealed:
    """A row of `entry` with its place in the chain."""
    return Sealed(
        place=row["place"],
        entry=entry_of(row),
        account=row["account"],
        recorded_at=row["recorded_at"],
        previous_hash=row["previous_hash"],
        hash=row["hash"],
    )


def rows_of(
    entries: Iterable[Entry], place: int, recorded_at: datetime
) -> Iterator[tuple[object, ...]]:
    """Lines with their places and their time, in the order of `postgres_lines.COLUMNS`."""
    for number, entry in enumerate(entries, place):
        correction, reversal = entry.correction, entry.reversal
        why = correction or reversal
        yield (
            number,
            entry.entry_id,
            entry.subject.kind,
            entry.subject.id,
            entry.indicator,
            INDICATORS[entry.indicator].account,
            entry.value,
            entry.low,
            entry.high,
            entry.period_start,
            entry.period_end,
            entry.quality,
            entry.state,
            entry.method,
            entry.causes,
            factors_text(entry.factors),
            entry.baseline_id,
            correction and correction.corrects,
            correction and correction.delta,
            why and why.reason,
            reversal and reversal.reverses,
            entry.claim,
            entry.revision,
            terms_text(entry.terms),
            recorded_at,
        )
