"""What an actor said last on a purpose, and how it can be reached."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.consent import Consent, give, withdraw
from maillage_registry.domain.contact import Contact

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GIVEN = Consent(
    actor_id=ActorId(an_id("Villaverde")),
    purpose="matching",
    fields=("quantity",),
    is_given=True,
    since=NOW,
)
WITHDRAWN = replace(GIVEN, is_given=False, fields=())
LATER = NOW + timedelta(days=1)


def test_the_first_word_is_taken_whichever_it_is() -> None:
    assert give(None, GIVEN) is GIVEN
    assert withdraw(None, WITHDRAWN) is WITHDRAWN


def test_the_same_again_keeps_the_first_moment() -> None:
    assert give(GIVEN, replace(GIVEN, since=LATER)) is GIVEN
    assert withdraw(WITHDRAWN, replace(WITHDRAWN, since=LATER)) is WITHDRAWN


def test_the_last_word_counts() -> None:
    assert withdraw(GIVEN, WITHDRAWN) is WITHDRAWN
    assert give(WITHDRAWN, GIVEN) is GIVEN


def test_giving_for_other_fields_is_another_word() -> None:
    wider = replace(GIVEN, fields=(), since=LATER)
    assert give(GIVEN, wider) is wider


@pytest.mark.parametrize(
    "said",
    [
        {"phone": "+33 4 50 00 00 00"},
        {"email": "contact@example.org"},
        {"phone": "0450000000", "email": "a.b+c@mail.example.org"},
    ],
)
def test_a_contact_is_a_phone_or_an_address(said: dict[str, str]) -> None:
    assert Contact.model_validate(said).model_dump(exclude_none=True) == said


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"phone": None, "email": None},
        {"phone": "call me"},
        {"email": "nobody"},
        {"email": "a@b"},
        {"email": "a@b..c"},
        {"email": "a\x00b@example.org"},
        {"email": "contact@example.org", "name": "A Person"},
    ],
)
def test_anything_else_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Contact.model_validate(said)


def test_a_contact_does_not_show_when_printed() -> None:
    contact = Contact(phone="0450000000", email="contact@example.org")
    assert "045" not in f"{contact!r} {contact}"
    assert "example" not in f"{contact!r} {contact}"


def test_an_error_does_not_repeat_a_contact() -> None:
    with pytest.raises(ValidationError) as fault:
        Contact.model_validate({"email": "contact at private.invalid"})
    assert "private" not in str(fault.value)
