"""Lines of the ledger: written once, corrected by new lines, split exactly."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.entry import (
    Entry,
    Finding,
    Occasion,
    Subject,
    correct,
    rounded,
    shares,
    totals,
    write,
)

DAY = date(2026, 11, 23)
SYNERGY = Subject("synergy", UUID(int=7))
CAUSE = UUID(int=1)


def a_line(value: str = "12.3456", indicator: str = "ghg_avoided_material") -> Entry:
    occasion = Occasion(SYNERGY, DAY, DAY, (CAUSE,))
    return write(Finding(indicator, Decimal(value), "mass x factor"), occasion)


def test_the_same_finding_on_the_same_occasion_is_the_same_line() -> None:
    assert a_line().entry_id == a_line().entry_id
    assert a_line().entry_id != a_line(indicator="mass_redirected").entry_id


def test_values_are_kept_to_the_gram() -> None:
    assert a_line("12.3456").value == Decimal("12.346")


def test_a_negative_result_stays_negative() -> None:
    (total,) = totals([a_line("-3.5")])
    assert total.value == Decimal("-3.500")


def test_a_correction_says_by_how_much_and_leaves_the_old_line() -> None:
    wrong = a_line("10")
    right = correct(wrong, a_line("8"), "error")
    assert right.correction
    assert (right.correction.corrects, right.correction.delta) == (wrong.entry_id, Decimal(-2))
    assert right.entry_id != wrong.entry_id
    (total,) = totals([wrong, right])
    assert (total.value, total.entries) == (Decimal(8), 1)


def test_a_correction_needs_a_known_reason() -> None:
    with pytest.raises(Invalid, match="error") as refusal:
        correct(a_line(), a_line(), "mood")
    assert refusal.value.field == "reason"


def test_accounts_are_never_added_up() -> None:
    found = totals([a_line("5"), a_line("3", "ghg_induced_transport")])
    assert [(t.account, t.value) for t in found] == [
        ("avoided", Decimal(5)),
        ("induced", Decimal(3)),
    ]


@given(
    total=st.decimals(-10_000, 10_000, places=3),
    weights=st.dictionaries(st.uuids(), st.decimals(0, 1000, places=4), min_size=1, max_size=12),
)
def test_shares_add_up_exactly(total: Decimal, weights: dict[UUID, Decimal]) -> None:
    split = shares(total, weights)
    if sum(weights.values()) == 0:
        assert split == {}
    else:
        assert sum(split.values()) == rounded(total)
        assert split.keys() == weights.keys()


def test_the_largest_remainder_takes_what_is_left() -> None:
    one, two, three = uuid4(), uuid4(), uuid4()
    split = shares(Decimal("0.010"), {one: Decimal(1), two: Decimal(1), three: Decimal(2)})
    assert split[three] == Decimal("0.005")
    assert sorted([split[one], split[two]]) == [Decimal("0.002"), Decimal("0.003")]
