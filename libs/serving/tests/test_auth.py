"""Tokens: what is accepted, and each way of lying about it."""

import base64
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from maillage_contracts.catalogue import SERVICES
from maillage_contracts.refusals import NotFound
from maillage_contracts.samples import TERRITORY, an_id
from maillage_serving.auth import (
    KEYS_KEPT_S,
    KEYS_RETRY_S,
    Forbidden,
    KeysAway,
    Principal,
    Unauthenticated,
    Verifier,
    keys_from_file,
    keys_from_url,
    permit,
)
from maillage_serving.policy import POLICY, ROLES, Rule, may
from maillage_serving.testing import AUDIENCE, ISSUER, LIFETIME_S, issuer_key, token, verifier

ACTOR = an_id("an actor")


async def test_a_good_token_tells_who_calls() -> None:
    found = await verifier().principal(token("actor", ACTOR, subject="u-1"))
    assert found == Principal("u-1", frozenset({"actor"}), ACTOR)


async def test_roles_that_we_do_not_know_are_left_out() -> None:
    signed = token("advisor", roles=["advisor", "emperor"])
    assert (await verifier().principal(signed)).roles == {"advisor"}


async def test_rsa_is_accepted_too() -> None:
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    signed = signed_with(key, "RS256")
    assert (await verifier_of(KeySet([key])).principal(signed)).subject == "advisor-1"


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW - 31},
        {"exp": None},
        {"exp": "soon"},
        {"iat": NOW + 3600},
        {"iat": None},
        {"nbf": NOW + 3600},
        {"iss": "https://elsewhere.test"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"sub": None},
        {"sub": 7},
        {"roles": "advisor"},
        {"roles": None},
        {"org": "not a uuid"},
    ],
    ids=lambda claims: next(iter(claims)),
)
async def test_a_claim_that_is_wrong_or_missing_is_refused(claims: dict[str, Any]) -> None:
    said = {name: value for name, value in claims.items() if value is not None}
    missing = [name for name, value in claims.items() if value is None]
    with pytest.raises(Unauthenticated):
        await verifier().principal(without(token("advisor", **said), *missing))


async def test_clocks_may_differ_a_little() -> None:
    late = token("advisor", exp=int(time.time()) - 15)
    assert (await verifier().principal(late)).subject == "advisor-1"


@pytest.mark.parametrize("territory", ["marseille", None])
async def test_a_token_of_another_territory_opens_nothing(territory: str | None) -> None:
    signed = token("advisor", territory="marseille")
    with pytest.raises(Unauthenticated, match=TERRITORY):
        await verifier().principal(signed if territory else without(signed, "territory"))


async def test_alg_none_is_refused() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"test"}').decode().rstrip("=")
    claims = token("operator").split(".")[1]
    for forged in (f"{header}.{claims}.", f"{header}.{claims}.x"):
        with pytest.raises(Unauthenticated):
            await verifier().principal(forged)


async def test_the_public_key_is_no_shared_secret() -> None:
    """Whoever lets the token choose takes our published key as the secret of an HMAC."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"test"}').rstrip(b"=")
    signed = header + b"." + token("operator").split(".")[1].encode()
    seal = hmac.digest(issuer_key().as_pem(private=False), signed, "sha256")
    forged = signed + b"." + base64.urlsafe_b64encode(seal).rstrip(b"=")
    with pytest.raises(Unauthenticated):
        await verifier().principal(forged.decode())


async def test_a_key_of_ours_with_another_algorithm_is_refused() -> None:
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    with pytest.raises(Unauthenticated):
        await verifier_of(KeySet([key])).principal(signed_with(key, "PS256"))


async def test_another_key_with_our_identifier_is_refused() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "test"})
    with pytest.raises(Unauthenticated):
        await verifier().principal(signed_with(stranger, "ES256"))


@pytest.mark.parametrize(
    "garbage",
    ["x", "a.b", "a.b.c", "..", "é.é.é", "x" * 9000, "e30.e30.e30", "eyJhbGciOiJFUzI1NiJ9.e30.e30"],
)
async def test_what_is_no_token_is_refused(garbage: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().principal(garbage)


async def test_a_tampered_claim_breaks_the_seal() -> None:
    header, claims, seal = token("observer").split(".")
    text = base64.urlsafe_b64decode(claims + "==").replace(b"observer", b"operator")
    forged = base64.urlsafe_b64encode(text).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        await verifier().principal(f"{header}.{forged}.{seal}")


class Issuer:
    """A source of keys that counts how often it is asked."""

    def __init__(self, *keys: Key) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.is_away = False

    async def __call__(self) -> KeySet:
        self.asked += 1
        if self.is_away:
            raise httpx.ConnectError("away")
        return KeySet(list(self.keys))


async def test_keys_are_kept_and_turned_over() -> None:
    old, new = (ECKey.generate_key("P-256", {"kid": kid}) for kid in ("old", "new"))
    issuer, now = Issuer(old), 1000.0
    tested = verifier_of(issuer, lambda: now)
    for _ in range(5):
        await tested.principal(signed_with(old, "ES256"))
    assert issuer.asked == 1
    issuer.keys.append(new)
    now += KEYS_RETRY_S
    await tested.principal(signed_with(new, "ES256"))
    assert issuer.asked == 2
    issuer.keys.remove(old)
    now += KEYS_KEPT_S + 1
    with pytest.raises(Unauthenticated):
        await tested.principal(signed_with(old, "ES256"))


async def test_a_key_that_was_replaced_under_its_name_opens_nothing_more() -> None:
    old, new = (ECKey.generate_key("P-256", {"kid": "same"}) for _ in range(2))
    issuer, now = Issuer(old), 1000.0
    tested = verifier_of(issuer, lambda: now)
    signed = signed_with(old, "ES256")
    await tested.principal(signed)
    issuer.keys[:] = [new]
    now += KEYS_KEPT_S + 1
    with pytest.raises(Unauthenticated):
        await tested.principal(signed)
    assert await tested.principal(signed_with(new, "ES256"))


async def test_a_token_that_was_accepted_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tested, signed = verifier(), token("advisor")
    await tested.principal(signed)
    later = time.time() + LIFETIME_S + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Unauthenticated, match="expired"):
        await tested.principal(signed)


async def test_so_many_tokens_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillage_serving.auth.TOKENS_KEPT", 3)
    tested = verifier()
    tokens = [token("advisor", subject=f"advisor-{number}") for number in range(6)]
    for number, signed in enumerate([*tokens, *tokens]):
        assert (await tested.principal(signed)).subject == f"advisor-{number % 6}"
    assert len(vars(tested)["_seen"]) == 3


async def test_unknown_keys_do_not_make_us_ask_without_end() -> None:
    issuer, now = Issuer(issuer_key()), 1000.0
    tested = verifier_of(issuer, lambda: now)
    stranger = ECKey.generate_key("P-256", {"kid": "stranger"})
    for _ in range(20):
        now += 0.1
        with pytest.raises(Unauthenticated):
            await tested.principal(signed_with(stranger, "ES256"))
    assert issuer.asked == 1


async def test_an_issuer_that_is_away_does_not_lock_out_whom_we_know() -> None:
    issuer, now = Issuer(issuer_key()), 1000.0
    tested = verifier_of(issuer, lambda: now)
    await tested.principal(token("advisor"))
    issuer.is_away = True
    now += KEYS_KEPT_S + 1
    assert await tested.principal(token("advisor"))


async def test_without_any_key_nobody_can_be_verified() -> None:
    issuer = Issuer()
    issuer.is_away = True
    with pytest.raises(KeysAway):
        await verifier_of(issuer).principal(token("advisor"))


async def test_keys_come_from_a_file_or_an_address(tmp_path: Path) -> None:
    public: Any = KeySet([issuer_key()]).as_dict(private=False)
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(public))
    assert await verifier_of(keys_from_file(file)).principal(token("advisor"))
    with pytest.raises(KeysAway):
        await verifier_of(keys_from_file(tmp_path / "none")).principal(token("advisor"))
    with pytest.raises(KeysAway):
        await verifier_of(keys_from_url("http://127.0.0.1:1/keys")).principal(token("advisor"))


RULE = may("advisor", own=("actor",))


def test_a_rule_lets_in_its_roles() -> None:
    assert not permit(Principal("a", frozenset({"advisor"})), RULE).confined
    with pytest.raises(Forbidden, match="advisor"):
        permit(Principal("o", frozenset({"observer"})), RULE)
    with pytest.raises(Forbidden):
        permit(Principal("n", frozenset()), RULE)


def test_an_actor_is_confined_to_its_organisation() -> None:
    actor = permit(Principal("a", frozenset({"actor"}), ACTOR), RULE)
    assert actor.only_organisation == ACTOR
    actor.must_own(ACTOR)
    with pytest.raises(NotFound):
        actor.must_own(an_id("another"))
    both = permit(Principal("b", frozenset({"actor", "advisor"}), ACTOR), RULE)
    assert both.only_organisation is None
    both.must_own(an_id("another"))


def test_an_actor_without_an_organisation_gets_nowhere() -> None:
    with pytest.raises(Forbidden, match="org"):
        permit(Principal("a", frozenset({"actor"})), RULE)


@pytest.mark.parametrize("name", sorted(POLICY))
def test_a_permission_names_its_service_and_known_roles(name: str) -> None:
    service, _noun, _verb = name.split(".")
    rule = POLICY[name]
    assert service in SERVICES
    assert rule.roles | rule.own <= ROLES
    assert rule.roles | rule.own
    assert not rule.roles & rule.own


BUSINESS = ("flows.", "matching.lead", "matching.case", "registry.contact", "tours.", "impact.")


def test_operators_see_no_business_data() -> None:
    """They run the hub; what firms declare, and whom to call there, is not theirs to read."""
    operator = frozenset({"operator"})
    may_see = {name for name, rule in POLICY.items() if rule.allows(operator)}
    assert not {name for name in may_see if name.startswith(BUSINESS)}


def test_an_empty_rule_lets_nobody_in() -> None:
    assert not Rule(frozenset()).allows(ROLES)


def signed_with(key: Key, algorithm: str) -> str:
    """An advisor's token, signed by this key with this algorithm."""
    claims = json.loads(base64.urlsafe_b64decode(token("advisor").split(".")[1] + "=="))
    header = {"alg": algorithm, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


def without(signed: str, *names: str) -> str:
    """The same token signed again without these claims."""
    claims = json.loads(base64.urlsafe_b64decode(signed.split(".")[1] + "=="))
    left = {name: value for name, value in claims.items() if name not in names}
    return jwt.encode({"alg": "ES256", "kid": "test"}, left, issuer_key())


def verifier_of(
    source: KeySet | Callable[[], Awaitable[KeySet]], clock: Callable[[], float] = time.monotonic
) -> Verifier:
    async def fixed() -> KeySet:
        assert isinstance(source, KeySet)
        return source

    keys = fixed if isinstance(source, KeySet) else source
    return Verifier(keys, issuer=ISSUER, audience=AUDIENCE, territory=TERRITORY, clock=clock)
