"""Who is calling: tokens are verified against the keys of one issuer, with pinned algorithms."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from maillage_contracts.refusals import NotFound
from maillage_serving.policy import ROLES, Rule

ALGORITHMS = ["ES256", "RS256"]
LEEWAY_S = 30
KEYS_KEPT_S = 600.0
KEYS_RETRY_S = 10.0
"""An unknown key identifier makes us look again, but no more often than this."""
FETCH_TIMEOUT_S = 5.0
TOKEN_BYTES_MAX = 8 * 1024
TOKENS_KEPT = 1000

log = structlog.get_logger()


class Unauthenticated(Exception):
    """No token, or one that proves nothing; the message is fit for the caller (HTTP 401)."""


class KeysAway(Exception):
    """The issuer's keys cannot be had now: nothing can be verified (HTTP 503)."""


class Forbidden(Exception):
    """The caller is known, and may not (HTTP 403)."""


@dataclass(frozen=True)
class Principal:
    """Who is calling, with what its token says of it."""

    subject: str
    roles: frozenset[str]
    organisation: UUID | None = None
    confined: bool = False
    """Whether the permission asked for holds only for the caller's own organisation."""

    @property
    def only_organisation(self) -> UUID | None:
        """The organisation to which lists are narrowed; None when all may be seen."""
        return self.organisation if self.confined else None

    def must_own(self, actor_id: UUID) -> None:
        """Raise NotFound when the caller is confined to its organisation and this is another's.

        Not found rather than forbidden: that something of another's exists is not told.
        """
        if self.confined and actor_id != self.organisation:
            raise NotFound(f"nothing of your organisation has anything to do with {actor_id}")


def permit(principal: Principal, rule: Rule) -> Principal:
    """The principal under this rule; raises Forbidden."""
    if not rule.allows(principal.roles):
        wanted = ", ".join(sorted(rule.roles | rule.own))
        raise Forbidden(f"this needs one of the roles {wanted}")
    confined = rule.confines(principal.roles)
    if confined and principal.organisation is None:
        raise Forbidden("your token names no organisation (claim org)")
    return Principal(principal.subject, principal.roles, principal.organisation, confined)


@dataclass(frozen=True)
class _Seen:
    """A token whose signature was verified, with the key that did."""

    kid: object
    key: Key
    claims: dict[str, Any]


KeySource = Callable[[], Awaitable[KeySet]]


def keys_from_file(path: Path) -> KeySource:
    """Keys in a JSON Web Key Set on disk, read again at each look."""

    async def read() -> KeySet:
        text = await asyncio.to_thread(path.read_bytes)
        return KeySet.import_key_set(json.loads(text))

    return read


def keys_from_url(url: str) -> KeySource:
    """Keys published by the issuer."""

    async def fetch() -> KeySet:
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=False) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            return KeySet.import_key_set(answer.json())

    return fetch


class Verifier:
    """Verifies tokens. Keys are kept for a while, and looked at again when one is unknown."""

    def __init__(
        self,
        source: KeySource,
        *,
        issuer: str,
        audience: str,
        territory: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._territory = territory
        self._clock = clock
        self._keys = KeySet([])
        self._seen: dict[bytes, _Seen] = {}
        self._looked_at = -KEYS_KEPT_S
        self._one_look = asyncio.Lock()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
        )

    async def principal(self, token: str) -> Principal:
        """Who the token speaks for. Raises Unauthenticated."""
        if len(token) > TOKEN_BYTES_MAX:
            raise Unauthenticated("the token is too long")
        try:
            claims = await self._signed(token)
            self._claims.validate(claims)
        except (JoseError, ValueError) as error:
            raise Unauthenticated(f"the token is not accepted: {error}".rstrip(": ")) from error
        return self._told_by(claims)

    async def _signed(self, token: str) -> dict[str, Any]:
        """What a token says that one of the keys of now has signed.

        A client sends the same token again and again: its signature is looked at once for each
        reading of the keys. What it says is validated every time, its end among it.
        """
        digest = sha256(token.encode()).digest()
        seen = self._seen.get(digest)
        kid = seen.kid if seen else jws.extract_compact(token.encode()).headers().get("kid")
        key = await self._key(kid)
        if seen is None or seen.key is not key:
            claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
            seen = self._seen[digest] = _Seen(kid, key, claims)
            if len(self._seen) > TOKENS_KEPT:
                del self._seen[next(iter(self._seen))]
        return seen.claims

    def _told_by(self, claims: dict[str, Any]) -> Principal:
        if claims.get("territory") != self._territory:
            raise Unauthenticated(f"your token is not for the territory {self._territory}")
        roles, organisation = claims.get("roles"), claims.get("org")
        if not isinstance(roles, list):
            raise Unauthenticated("the token is not accepted: claim roles must be a list")
        try:
            return Principal(
                subject=claims["sub"],
                roles=ROLES.intersection(str(role) for role in cast("list[object]", roles)),
                organisation=None if organisation is None else UUID(str(organisation)),
            )
        except ValueError as error:
            raise Unauthenticated("the token is not accepted: claim org must be a UUID") from error

    async def _key(self, kid: object) -> Key:
        if not isinstance(kid, str):
            raise Unauthenticated("the token is not accepted: it names no key (kid)")
        found = self._find(kid)
        if found is None or self._age_s() > KEYS_KEPT_S:
            await self._look_again()
            found = self._find(kid)
        if found is None:
            raise Unauthenticated("the token is not accepted: its key is not the issuer's")
        return found

    def _find(self, kid: str) -> Key | None:
        return next((key for key in self._keys if key.kid == kid), None)

    def _age_s(self) -> float:
        return self._clock() - self._looked_at

    async def _look_again(self) -> None:
        async with self._one_look:
            if self._age_s() < KEYS_RETRY_S:
                return
            self._looked_at = self._clock()
            try:
                self._keys = await self._source()
            except (OSError, ValueError, KeyError, httpx.HTTPError, JoseError) as error:
                if not self._keys:
                    raise KeysAway("the keys of the issuer cannot be read") from error
                log.warning("keys_not_refreshed", error=repr(error))
