"""Refusals: one word for each way of saying no."""

import pytest

from maillage_contracts.refusals import Invalid, NotFound, Refused, Stale


@pytest.mark.parametrize(
    "refusal",
    [
        Refused("closed"),
        NotFound("no such flow"),
        Invalid("mass_kg", "closed"),
        Stale(expected=1, found=2),
    ],
)
def test_every_refusal_is_one(refusal: Refused) -> None:
    with pytest.raises(Refused):
        raise refusal


def test_an_invalid_value_names_its_field() -> None:
    refusal = Invalid("resource.label", "say what it is")

    assert (refusal.field, str(refusal)) == ("resource.label", "say what it is")


def test_a_stale_version_says_which_and_what_to_do() -> None:
    refusal = Stale(expected=3, found=5)

    assert refusal.found == 5
    assert str(refusal) == "version 3 was expected, it is now 5: read it again first"
