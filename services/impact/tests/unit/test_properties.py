"""What holds whatever the figures are: nothing lost, order and repetition without effect."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_impact.adapters.factor_files import shipped_factors
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.domain.chain.energy import Emissions
from maillage_impact.domain.chain.hubs import TemperatureGroup, hub_by_temperature
from maillage_impact.domain.entry import (
    Entry,
    Finding,
    Occasion,
    Subject,
    amend,
    rounded,
    shares,
    totals,
    write,
)
from maillage_impact.domain.mass_balance import HubBalance
from maillage_impact.domain.rolling_up import roll_up, told_of
from maillage_impact.domain.seal import EMPTY, examine, seal_all
from maillage_impact.domain.sums import sums_of
from maillage_impact.domain.transport import ReferenceRound, account_sharing
from maillage_impact.domain.worked.quantity import quantity_of, unit_of

DAY = date(2026, 11, 23)
FACTORS = shipped_factors()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FEW = settings(max_examples=40)
VALUES = st.decimals(-100_000, 100_000, places=3)
POSITIVE = st.decimals(Decimal("0.001"), 10_000, places=3)


def a_line(number: int, value: Decimal) -> Entry:
    occasion = Occasion(Subject("synergy", UUID(int=1)), DAY, DAY, (UUID(int=number),))
    return write(Finding("ghg_avoided_material", value, "m"), occasion)


LEDGERS = st.lists(VALUES, min_size=1, max_size=20).map(
    lambda values: [a_line(number, value) for number, value in enumerate(values)]
)


@FEW
@given(LEDGERS.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))))
def test_the_order_of_lines_does_not_change_their_sum(
    ledgers: tuple[list[Entry], list[Entry]],
) -> None:
    lines, shuffled = ledgers
    assert totals(lines) == totals(shuffled)
    assert sums_of(lines) == sums_of(shuffled)


@FEW
@given(LEDGERS, VALUES)
def test_a_correction_leaves_the_sum_of_all_lines_that_of_those_in_force(
    lines: list[Entry], value: Decimal
) -> None:
    ledger = [*lines, *amend(lines[0], replace(lines[0], value=rounded(value)), "error")]
    assert sum(line.value for line in ledger) == totals(ledger)[0].value
    assert sums_of(ledger)["ghg_avoided_material"].lines == len(lines)


@FEW
@given(LEDGERS)
async def test_writing_twice_is_writing_once(lines: list[Entry]) -> None:
    store = MemoryStore()
    await store.append(lines)
    await store.append(list(reversed(lines)))
    assert [line.entry.entry_id for line in store.sealed] == [line.entry_id for line in lines]


@FEW
@given(LEDGERS, st.integers(0, 100), VALUES)
def test_a_changed_line_is_found_wherever_it_is(
    lines: list[Entry], place: int, value: Decimal
) -> None:
    sealed = seal_all(lines, EMPTY, NOON)
    assert examine(sealed, EMPTY)[1] is None
    at = place % len(sealed)
    changed = replace(sealed[at].entry, value=rounded(value))
    sealed[at] = replace(sealed[at], entry=changed)
    broken = examine(sealed, EMPTY)[1]
    assert (broken is None) == (changed == lines[at])


@FEW
@given(LEDGERS)
def test_the_same_lines_have_the_same_chain(lines: list[Entry]) -> None:
    assert seal_all(lines, EMPTY, NOON) == seal_all(lines, EMPTY, NOON)


@FEW
@given(VALUES, st.dictionaries(st.uuids(), POSITIVE, min_size=1, max_size=10), VALUES)
def test_what_is_split_comes_together_again(
    total: Decimal, weights: dict[UUID, Decimal], other: Decimal
) -> None:
    for value in (total, other, total + other):
        assert sum(shares(value, weights).values()) == value


@FEW
@given(st.dictionaries(st.text("abc", min_size=1), st.tuples(POSITIVE, VALUES), min_size=1), VALUES)
def test_a_hub_of_several_temperatures_conserves_what_it_emits(
    groups: dict[str, tuple[Decimal, Decimal]], shared: Decimal
) -> None:
    made = {
        name: TemperatureGroup(tonnes, Emissions(own, Decimal(0)), tonnes)
        for name, (tonnes, own) in groups.items()
    }
    found = hub_by_temperature(Emissions(shared, Decimal(1)), made)
    borne = sum(result.emissions.total_kg for result in found.values())
    emitted = shared + 1 + sum(own for _, own in groups.values())
    assert abs(borne - emitted) < Decimal("1e-15")


@FEW
@given(st.lists(POSITIVE, max_size=8), st.lists(POSITIVE, max_size=8))
def test_with_and_without_swapped_is_the_opposite(one: list[Decimal], two: list[Decimal]) -> None:
    def rounds(distances: list[Decimal]) -> list[ReferenceRound]:
        return [ReferenceRound(UUID(int=1), (1,), "van", "diesel", km) for km in distances]

    left = account_sharing(rounds(one), (), FACTORS)[1].value
    right = account_sharing(rounds(two), (), FACTORS)[1].value
    assert account_sharing(rounds([*one, *two]), (), FACTORS)[1].value == left + right


@FEW
@given(POSITIVE, st.sampled_from(("g", "t", "kg", "mg")), st.sampled_from(("km", "m", "mi")))
def test_a_number_comes_back_from_another_unit(value: Decimal, mass: str, length: str) -> None:
    given_ = quantity_of(f"{value} {mass}/{length}")
    there = given_.into(unit_of("kg/km"))
    back = quantity_of(f"{there:f} kg/km").into(unit_of(f"{mass}/{length}"))
    assert abs(back - value) <= abs(value) * Decimal("1e-20")


@FEW
@given(POSITIVE, POSITIVE, POSITIVE)
def test_a_balance_closes_when_all_is_told(before: Decimal, came: Decimal, left: Decimal) -> None:
    out = min(left, before + came)
    balance = HubBalance(
        UUID(int=1), DAY, DAY, before, came, out, Decimal(0), before + came - out, "scales"
    )
    assert (balance.gap_kg, balance.closes) == (0, True)


@FEW
@given(LEDGERS, st.integers(0, 20))
def test_a_flow_across_a_border_is_counted_once(lines: list[Entry], shared: int) -> None:
    ledger = list({line.entry_id: told_of(line) for line in lines}.values())
    both = ledger[: shared % (len(ledger) + 1)]
    together = roll_up({"here": ledger, "there": both})
    assert (together.totals, together.lines) == (roll_up({"here": ledger}).totals, len(ledger))
    assert together.shared == len(both)
