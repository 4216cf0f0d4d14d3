"""The life of an actor, what it may say of itself, and what is hidden of a person."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from pydantic import ValidationError

from maillage_contracts.refusals import Invalid, NotFound, Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, CredentialId, GeoPoint, SiteId
from maillage_registry.domain.actor import (
    CREDENTIALS_MAX,
    NEXT,
    SITES_MAX,
    Actor,
    Closing,
    Profile,
    Status,
    register,
)
from maillage_registry.domain.credential import NEXT_CREDENTIAL, Credential, CredentialStatus
from maillage_registry.domain.site import Site

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
ACTOR = ActorId(an_id("Villaverde"))
SIRET = "00000000100016"
OTHER_SIRET = "73282932000074"
CEASED = Closing(reason="ceased_activity", effective_on=TODAY)


def a_site(number: int = 1, **changes: object) -> Site:
    usual = {"site_id": UUID(int=number), "label": f"Shop {number}"}
    return Site.model_validate({**usual, "position": GeoPoint(lat=46.06, lon=6.38), **changes})


def a_profile(**changes: object) -> Profile:
    usual = {"name": "Villaverde", "siret": SIRET, "roles": ["producer"], "sites": [a_site()]}
    return Profile.model_validate({**usual, **changes})


def a_credential(number: int = 1, **changes: object) -> Credential:
    usual = {"credential_id": UUID(int=number), "scope": "waste_transport", "issuer": "Prefecture"}
    return Credential.model_validate({**usual, "valid_from": "2025-01-01", **changes})


def an_actor(**changes: object) -> Actor:
    return register(ACTOR, "import", a_profile(**changes), Status.ACTIVE, held=(), today=TODAY)


def one_that_is(status: Status) -> Actor:
    return replace(an_actor(), status=status)


FORBIDDEN = [(a, b) for a, b in product(Status, Status) if b not in NEXT[a]]


@pytest.mark.parametrize(("status", "to"), FORBIDDEN)
def test_a_forbidden_step_is_refused(status: Status, to: Status) -> None:
    with pytest.raises(Refused, match=f"{status} cannot become {to}"):
        one_that_is(status).move(to)


@pytest.mark.parametrize(("status", "to"), [(a, b) for a in Status for b in sorted(NEXT[a])])
def test_the_other_steps_are_taken(status: Status, to: Status) -> None:
    assert one_that_is(status).move(to).status is to


def test_an_actor_comes_to_life_by_draft_rests_comes_back_and_closes_for_good() -> None:
    assert {
        Status.DRAFT: {Status.ACTIVE, Status.CLOSED},
        Status.ACTIVE: {Status.DORMANT, Status.CLOSED},
        Status.DORMANT: {Status.ACTIVE, Status.CLOSED},
        Status.CLOSED: set[Status](),
    } == NEXT


FORBIDDEN_CREDENTIAL = [
    (a, b) for a, b in product(CredentialStatus, CredentialStatus) if b not in NEXT_CREDENTIAL[a]
]


@pytest.mark.parametrize(("status", "to"), FORBIDDEN_CREDENTIAL)
def test_a_forbidden_step_of_a_credential_is_refused(
    status: CredentialStatus, to: CredentialStatus
) -> None:
    with pytest.raises(Refused, match="grant another one"):
        a_credential(status=status).move(to)


@pytest.mark.parametrize(
    ("status", "to"), [(a, b) for a in CredentialStatus for b in sorted(NEXT_CREDENTIAL[a])]
)
def test_the_other_steps_of_a_credential_are_taken(
    status: CredentialStatus, to: CredentialStatus
) -> None:
    assert a_credential(status=status).move(to).status is to


@pytest.mark.parametrize("status", [Status.DORMANT, Status.CLOSED])
def test_nobody_begins_dormant_or_closed(status: Status) -> None:
    with pytest.raises(Invalid, match="draft or active") as refusal:
        register(ACTOR, "import", a_profile(), status, held=(), today=TODAY)
    assert refusal.value.field == "status"


def test_a_draft_may_lack_a_role_until_it_becomes_active() -> None:
    draft = register(ACTOR, "import", a_profile(roles=[]), Status.DRAFT, held=(), today=TODAY)
    with pytest.raises(Invalid, match="one role at least"):
        draft.move(Status.ACTIVE)
    assert draft.put_profile(a_profile()).move(Status.ACTIVE).status is Status.ACTIVE


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("siret", {"country": "CH"}),
        ("roles", {"roles": []}),
        ("sites", {"sites": [a_site(), a_site(label="Elsewhere")]}),
    ],
)
def test_a_profile_that_does_not_hold_together_is_refused(
    field: str, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refusal:
        an_actor(**changes)
    assert refusal.value.field == field
    with pytest.raises(Invalid):
        an_actor().put_profile(a_profile(**changes))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "Villa\x00verde"),
        ("siret", "73282932000075"),
        ("sector", "1624Z"),
        ("size_class", "pme"),
        ("legal_kind", "soletrader"),
        ("roles", ["carier"]),
        ("country", "France"),
        ("sites", [{"label": "Nowhere"}]),
        ("rating", 5),
    ],
)
def test_a_faulty_word_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as fault:
        a_profile(**{field: value})
    assert fault.value.errors()[0]["loc"][0] == field


def test_roles_are_a_set() -> None:
    assert a_profile(roles=["producer", "carrier", "producer"]).roles == ("carrier", "producer")


def test_the_same_profile_again_changes_nothing_even_closed() -> None:
    closed = an_actor().close(CEASED, NOW)
    assert closed.put_profile(a_profile()) is closed


def test_a_closed_actor_changes_no_more() -> None:
    closed = an_actor().grant(a_credential(), TODAY).close(CEASED, NOW)
    for change in (
        lambda: closed.put_profile(a_profile(name="Other")),
        lambda: closed.put_site(a_site(2)),
        lambda: closed.remove_site(SiteId(UUID(int=1))),
        lambda: closed.grant(a_credential(2), TODAY),
        lambda: closed.revoke(CredentialId(UUID(int=1))),
        lambda: closed.move(Status.ACTIVE),
    ):
        with pytest.raises(Refused, match="closed"):
            change()


def test_closing_again_in_the_same_words_changes_nothing() -> None:
    closed = an_actor().close(CEASED, NOW)
    assert closed.closed_at == NOW
    assert closed.close(CEASED, NOW + timedelta(days=1)) is closed
    with pytest.raises(Refused, match="closed already, with reason ceased_activity"):
        closed.close(CEASED.model_copy(update={"reason": "moved"}), NOW)


def test_nobody_succeeds_to_itself() -> None:
    itself = CEASED.model_copy(update={"successor_siret": SIRET})
    with pytest.raises(Invalid) as refusal:
        an_actor().close(itself, NOW)
    assert refusal.value.field == "successor_siret"


def test_a_site_is_added_then_replaced_in_its_place() -> None:
    two = an_actor().put_site(a_site(2))
    assert [site.label for site in two.profile.sites] == ["Shop 1", "Shop 2"]
    changed = two.put_site(a_site(1, cold_storage=True))
    assert [site.cold_storage for site in changed.profile.sites] == [True, False]
    assert changed.put_site(a_site(1, cold_storage=True)) is changed


def test_a_site_is_removed_once() -> None:
    without = an_actor().remove_site(SiteId(UUID(int=1)))
    assert without.profile.sites == ()
    with pytest.raises(NotFound):
        without.remove_site(SiteId(UUID(int=1)))


def test_sites_have_a_limit() -> None:
    full = an_actor(sites=[a_site(number) for number in range(SITES_MAX)])
    with pytest.raises(Invalid, match=f"{SITES_MAX} sites at most"):
        full.put_site(a_site(SITES_MAX))


def test_a_credential_is_granted_once() -> None:
    granted = an_actor().grant(a_credential(), TODAY)
    assert granted.running_credentials == (a_credential(),)
    assert granted.grant(a_credential(), TODAY) is granted
    with pytest.raises(Refused, match="in other terms"):
        granted.grant(a_credential(issuer="Somebody else"), TODAY)


def test_a_credential_told_again_stays_revoked() -> None:
    revoked = an_actor().grant(a_credential(), TODAY).revoke(CredentialId(UUID(int=1)))
    assert revoked.running_credentials == ()
    assert revoked.grant(a_credential(), TODAY) is revoked
    assert revoked.revoke(CredentialId(UUID(int=1))) is revoked


def test_what_is_not_held_is_not_revoked() -> None:
    with pytest.raises(NotFound):
        an_actor().revoke(CredentialId(UUID(int=1)))


def test_a_credential_runs_to_the_end_of_its_last_day() -> None:
    granted = an_actor().grant(a_credential(valid_to=TODAY), TODAY)
    assert granted.lapse(TODAY) == granted
    lapsed = granted.lapse(TODAY + timedelta(days=1))
    assert [held.status for held in lapsed.credentials] == [CredentialStatus.EXPIRED]


def test_only_what_lapsed_lapses() -> None:
    actor = an_actor().grant(a_credential(1, valid_to=YESTERDAY), YESTERDAY)
    actor = actor.grant(a_credential(2), TODAY).grant(a_credential(3, valid_to=TODAY), TODAY)
    assert [held.credential_id.int for held in actor.lapse(TODAY).running_credentials] == [2, 3]


def test_what_has_lapsed_already_is_kept_as_expired() -> None:
    actor = an_actor().grant(a_credential(valid_to=YESTERDAY), TODAY)
    assert [held.status for held in actor.credentials] == [CredentialStatus.EXPIRED]
    with pytest.raises(Refused, match="expired for good"):
        actor.revoke(CredentialId(UUID(int=1)))


def test_running_credentials_have_a_limit_and_others_do_not_count() -> None:
    actor = an_actor()
    for number in range(CREDENTIALS_MAX):
        actor = actor.grant(a_credential(number), TODAY)
    with pytest.raises(Refused, match="revoke one first"):
        actor.grant(a_credential(CREDENTIALS_MAX), TODAY)
    room = actor.revoke(CredentialId(UUID(int=0))).grant(a_credential(CREDENTIALS_MAX), TODAY)
    assert len(room.running_credentials) == CREDENTIALS_MAX


def test_a_credential_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="before valid_from") as fault:
        a_credential(valid_from=TODAY, valid_to=YESTERDAY)
    assert [error["loc"] for error in fault.value.errors()] == [("valid_to",)]
    with pytest.raises(ValidationError) as fault:
        a_credential(valid_from="soon", valid_to=YESTERDAY)
    assert [error["loc"] for error in fault.value.errors()] == [("valid_from",)]


def test_what_tells_a_person_is_masked() -> None:
    person = an_actor(legal_kind="sole_trader", name="A Person", sites=[a_site(label="A Person")])
    closed = person.close(CEASED.model_copy(update={"successor_siret": OTHER_SIRET}), NOW)
    masked = closed.masked()
    assert "Person" not in repr(masked)
    assert SIRET not in repr(masked)
    assert OTHER_SIRET not in repr(masked)
    assert masked.profile.sites[0].position == person.profile.sites[0].position
    assert person.masked().closing is None


def test_a_firm_is_not_masked() -> None:
    firm = an_actor(legal_kind="company")
    assert firm.masked() is firm


def test_a_masked_name_is_not_taken_for_a_name() -> None:
    masked = an_actor(legal_kind="sole_trader").masked()
    with pytest.raises(Invalid, match="the masked name") as refusal:
        an_actor().put_profile(masked.profile)
    assert refusal.value.field == "name"


@pytest.mark.parametrize(
    "day", [0, "0", 1764000000, "1764000000", "2026-02-30", "2026-11-23T00:00", None]
)
def test_a_day_is_written_out(day: object) -> None:
    with pytest.raises(ValidationError):
        Closing.model_validate({"reason": "moved", "effective_on": day})
    written = Closing.model_validate({"reason": "moved", "effective_on": "2026-12-31"})
    assert written.effective_on == date(2026, 12, 31)


def test_an_error_does_not_repeat_the_name_of_a_person() -> None:
    with pytest.raises(ValidationError) as fault:
        a_profile(name=["A Person"])
    assert "Person" not in str(fault.value)
