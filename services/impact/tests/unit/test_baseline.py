"""Baselines: their life, what makes one unusable, what it covers."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from maillage_contracts.refusals import Invalid, Refused
from maillage_impact.adapters.factor_files import shipped_factors
from maillage_impact.domain.baseline import NEXT, Baseline, check, move, overlap, supersede

FACTORS = shipped_factors()
FORBIDDEN = [(now, then) for now in NEXT for then in NEXT if then not in NEXT[now]]


def a_baseline(**changes: object) -> Baseline:
    fields: dict[str, object] = {
        "baseline_id": UUID(int=1),
        "scope": "synergy",
        "synergy_id": UUID(int=7),
        "kind": "observed",
        "description": "Pallets were recycled, new ones were bought.",
        "evidence": "Invoices of 2025",
        "valid_from": date(2026, 1, 1),
        "valid_to": date(2027, 12, 31),
        "route_before": "recycling",
        "replaces_spec": "pallet",
    }
    return Baseline(**{**fields, **changes})  # type: ignore[arg-type] fields of the table above


@pytest.mark.parametrize(("now", "then"), FORBIDDEN)
def test_forbidden_steps(now: str, then: str) -> None:
    with pytest.raises(Refused, match=f"{now} cannot become {then}"):
        move(a_baseline(status=now), then)


@pytest.mark.parametrize(
    ("now", "then"), [(n, t) for n, steps in NEXT.items() for t in sorted(steps)]
)
def test_allowed_steps(now: str, then: str) -> None:
    moved = move(a_baseline(status=now), then)
    assert (moved.status, moved.version) == (then, 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_to": date(2025, 1, 1)}, "valid_to"),
        ({"valid_to": date(2030, 1, 1)}, "valid_to"),
        ({"kind": "guess"}, "kind"),
        ({"scope": "moon"}, "scope"),
        ({"scope": "rounds"}, "round_ids"),
        ({"synergy_id": None}, "synergy_id"),
        ({"route_before": None}, "route_before"),
        ({"route_before": "sea"}, "route_before"),
        ({"route_before": "landfill"}, "route_before"),
    ],
)
def test_the_faulty_field_is_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check(a_baseline(**changes), "pallet", FACTORS)
    assert refusal.value.field == field


def test_a_synergy_without_matter_needs_no_such_baseline() -> None:
    with pytest.raises(Invalid, match="no matter"):
        check(a_baseline(), None, FACTORS)


@pytest.mark.parametrize(
    "changes",
    [{}, {"replaces_spec": None}, {"scope": "rounds", "round_ids": (UUID(int=3),)}],
)
def test_sound_baselines(changes: dict[str, object]) -> None:
    check(a_baseline(**changes), "pallet", FACTORS)


def test_it_covers_its_days_once_approved() -> None:
    first_day = date(2026, 1, 1)
    assert not a_baseline().covers(first_day)
    assert a_baseline(status="approved").covers(first_day)
    assert not a_baseline(status="approved").covers(date(2028, 1, 1))


def test_superseding_keeps_the_days_before() -> None:
    ended = supersede(a_baseline(status="approved"), date(2026, 6, 30))
    assert ended.covers(date(2026, 6, 30))
    assert not ended.covers(date(2026, 7, 1))
    with pytest.raises(Invalid, match="2026-01-01"):
        supersede(a_baseline(status="approved"), date(2025, 1, 1))


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "clashes"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), False),
        (date(2025, 1, 1), date(2026, 1, 1), True),
        (date(2026, 3, 1), date(2026, 4, 1), True),
        (date(2028, 1, 1), date(2028, 2, 1), False),
    ],
)
def test_two_in_force_never_share_a_day(
    valid_from: date,
    valid_to: date,
    clashes: bool,  # noqa: FBT001 a table
) -> None:
    approved = a_baseline(status="approved")
    other = a_baseline(baseline_id=UUID(int=2), valid_from=valid_from, valid_to=valid_to)
    assert (overlap(other, [approved, other]) is approved) == clashes
    assert overlap(other, [replace(approved, status="drafted")]) is None
