"""Forged, stale and strange tokens at every endpoint of every service: 401, and nothing done."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from maillage_contracts.catalogue import SERVICES
from maillage_hub.testing_worlds import OWNER, World
from maillage_serving.policy import EVERYBODY
from maillage_serving.testing import issuer_key, token

NOW = int(time.time())
ALL_ROLES = list(EVERYBODY)
Document = Mapping[str, Any]


def good(**claims: object) -> str:
    """A token that opens everything, but for these claims; None leaves a claim out."""
    said = {**parts(token("advisor", OWNER))[1], "roles": ALL_ROLES, **claims}
    return sealed({"alg": "ES256", "kid": "test"}, said, issuer_key())


def sealed(header: Document, claims: Document, key: ECKey) -> str:
    """Signed by this key; what is None in header and claims is left out."""
    return jwt.encode(_said(header), _said(claims), key)


def _said(part: Document) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value is not None}


def parts(signed: str) -> tuple[Document, Document, bytes]:
    """Header, claims and signature."""
    header, claims, seal = signed.split(".")
    return json.loads(unpacked(header)), json.loads(unpacked(claims)), unpacked(seal)


def put_together(header: Document, claims: Document, seal: bytes) -> str:
    told = (json.dumps(header).encode(), json.dumps(claims).encode(), seal)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in told)


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def unsigned(alg: str) -> str:
    _, claims, _ = parts(good())
    return put_together({"alg": alg, "kid": "test"}, claims, b"")


def sealed_with_the_public_key() -> str:
    """Whoever lets the token choose the algorithm takes what we publish as a shared secret."""
    _, claims, _ = parts(good())
    signed, _ = put_together({"alg": "HS256", "kid": "test"}, claims, b"").rsplit(".", 1)
    seal = hmac.digest(issuer_key().as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


def signed_by_a_stranger(**header: object) -> str:
    """Signed well, by a key that is not the issuer's."""
    _, claims, _ = parts(good())
    stranger = ECKey.generate_key("P-256")
    said = {"alg": "ES256", "kid": "test", **header}
    if "jwk" in header:
        said["jwk"] = stranger.as_dict(private=False)
    return sealed(said, claims, stranger)


def tampered() -> str:
    header, claims, seal = parts(token("observer"))
    return put_together(header, {**claims, "roles": ALL_ROLES}, seal)


ATTACKS: dict[str, Callable[[], str]] = {
    "alg none": lambda: unsigned("none"),
    "alg nOnE": lambda: unsigned("nOnE"),
    "HS256 with the public key": sealed_with_the_public_key,
    "wrong key under our identifier": signed_by_a_stranger,
    "its own key in the header": lambda: signed_by_a_stranger(jwk=""),
    "a key that nobody knows": lambda: signed_by_a_stranger(kid="stranger"),
    "no key named": lambda: signed_by_a_stranger(kid=None),
    "tampered claims": tampered,
    "signature cut off": lambda: good().rsplit(".", 1)[0] + ".",
    "expired": lambda: good(exp=NOW - 60),
    "no end": lambda: good(exp=None),
    "not yet valid": lambda: good(nbf=NOW + 3600),
    "issued in the future": lambda: good(iat=NOW + 3600),
    "wrong audience": lambda: good(aud="another"),
    "no audience": lambda: good(aud=None),
    "wrong issuer": lambda: good(iss="https://elsewhere.test"),
    "no issuer": lambda: good(iss=None),
    "foreign territory": lambda: good(territory="elsewhere"),
    "no territory": lambda: good(territory=None),
    "no subject": lambda: good(sub=None),
    "an empty subject": lambda: good(sub=""),
    "roles in a word": lambda: good(roles="advisor"),
    "an organisation that is none": lambda: good(org="../.."),
    "oversized": lambda: good(pad="x" * 9000),
    "no token at all": lambda: "opensesame",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_opens_and_nothing_is_done(
    worlds: Mapping[str, World], service: str, attack: Callable[[], str]
) -> None:
    world, forged = worlds[service], attack()
    for endpoint in world.valid:
        answer = await world.ask(endpoint, forged)
        told = answer.http.status_code, answer.http.headers["content-type"], answer.did_something
        assert told == (401, "application/problem+json", False), (endpoint, answer.http.text)
        assert answer.http.json()["status"] == 401
        assert answer.http.headers["WWW-Authenticate"].startswith("Bearer ")
        assert forged not in answer.http.text


async def test_the_token_that_was_forged_opens_everything(worlds: Mapping[str, World]) -> None:
    for world in worlds.values():
        for endpoint in world.valid:
            assert (await world.ask(endpoint, good())).http.is_success, endpoint
