"""What every HTTP door is made of: who may enter, what a command brings, and pages of a list."""

import base64
import json
import re
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Query, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict

from maillage_common.ledger import Context, Idempotency
from maillage_common.transaction import M, Runner, S, UseCase
from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import Provenance
from maillage_serving.auth import Principal, Unauthenticated, Verifier, permit
from maillage_serving.policy import POLICY

PAGE_SIZE = 50
PAGE_SIZE_MAX = 500
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}")
UNSEEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line ends, and marks that turn the text around them."""
MORE_THAN_ASCII = re.compile(rb"[^\t\n\r -~]|\\[ubf]")
"""What a JSON document has in it whose texts have anything unseen; or letters with accents."""
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

T = TypeVar("T")


class Body(BaseModel):
    """Base of every request body: what we do not know is refused, never dropped in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Door:
    """All that a command brings beside its body."""

    principal: Principal
    context: Context
    idempotency: Idempotency | None
    expected_version: int | None
    """What If-Match asks for: the use case raises Stale when the store has another."""


class Allowed:
    """A dependency that lets in whoever has a permission, and gives who that is."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        self._rule = POLICY[permission]

    async def admit(self, request: Request) -> None:
        """Look at the token, and at nothing else; raises Unauthenticated or Forbidden."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("send a token: Authorization: Bearer ...")
        verifier: Verifier = request.app.state.verifier
        principal = await verifier.principal(token.strip())
        request.state.admitted = {self.permission: permit(principal, self._rule)}

    async def __call__(self, request: Request) -> Principal:
        """Who was admitted; raises Invalid for a text that is not what it looks like."""
        if MORE_THAN_ASCII.search(await request.body()):
            try:
                _must_be_seen(json.loads((await request.body()).decode("utf-8-sig")))
            except (ValueError, RecursionError) as error:
                raise Invalid("body", "send JSON in UTF-8, less deeply nested") from error
        principal: Principal = request.state.admitted[self.permission]
        return principal


def _must_be_seen(value: object, *above: str) -> None:
    """Raise Invalid, naming the field, when a text in it has a character that is not seen."""
    if isinstance(value, str) and (found := UNSEEN.search(value)):
        raise Invalid(".".join(above) or "body", f"leave out U+{ord(found[0]):04X}: nobody sees it")
    inside = enumerate(cast("list[object]", value)) if isinstance(value, list) else ()
    if isinstance(value, dict):
        inside = cast("dict[str, object]", value).items()
    for name, inner in inside:
        _must_be_seen(inner, *above, str(name))


class Opened(Allowed):
    """The same for a command: gives all that it brings beside its body."""

    async def __call__(self, request: Request) -> Door:  # type: ignore[override] a door has more
        """Raises Invalid naming the header."""
        principal = await super().__call__(request)
        return Door(
            principal=principal,
            context=_context(request, principal),
            idempotency=await _idempotency(request, principal),
            expected_version=_expected_version(request),
        )


class Guarded(APIRoute):
    """A route that admits its caller before it reads what is sent; FastAPI reads the body first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI, behind the guard."""
        handle = super().get_route_handler()
        guard = self.guard
        if guard is None:
            return handle  # an application refuses such a route

        known = sorted(one.alias for part in _parts(self.dependant) for one in part.query_params)

        async def guarded(request: Request) -> Response:
            await guard.admit(request)
            _must_be_seen(request.url.path, "address")
            for name, value in request.query_params.multi_items():
                if name not in known:
                    what = f"use {', '.join(known)}" if known else "leave it out"
                    raise Invalid(name, f"this parameter is not known here: {what}")
                _must_be_seen(value, name)
            return await handle(request)

        return guarded

    @property
    def guard(self) -> Allowed | None:
        """What lets a caller in; None when nothing asks for a permission."""
        calls = (part.call for part in _parts(self.dependant))
        return next((call for call in calls if isinstance(call, Allowed)), None)


def _parts(dependant: Dependant) -> Iterator[Dependant]:
    """What a route depends on, itself first."""
    yield dependant
    for inner in dependant.dependencies:
        yield from _parts(inner)


def query(permission: str) -> Dependency:
    """What a route that reads depends on.

    As in `who: Annotated[Principal, query("flows.flow.read")]`.
    """
    return Depends(Allowed(permission))


def command(permission: str) -> Dependency:
    """What a route that changes something depends on.

    As in `door: Annotated[Door, command("flows.flow.declare")]`.
    """
    return Depends(Opened(permission))


def _context(request: Request, principal: Principal) -> Context:
    trace = request.headers.get("traceparent", "")
    return Context(
        correlation_id=request.state.correlation_id,
        provenance=_provenance(request, principal),
        traceparent=trace if TRACEPARENT.fullmatch(trace) else None,
    )


def _provenance(request: Request, principal: Principal) -> Provenance:
    """A person decides, unless a machine says that it speaks for itself."""
    if "service" not in principal.roles:
        return "human"
    return "import" if request.headers.get("x-provenance") == "import" else "adapter"


async def _idempotency(request: Request, principal: Principal) -> Idempotency | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise Invalid("Idempotency-Key", "send 1 to 200 visible ASCII characters, as in a UUID")
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    fingerprint = sha256(asked + await request.body()).hexdigest()
    return Idempotency(key=key, caller=principal.subject, fingerprint=fingerprint)


def _expected_version(request: Request) -> int | None:
    wanted = request.headers.get("if-match")
    if wanted is None or wanted == "*":
        return None
    if not (match := re.fullmatch(r'"(\d{1,9})"', wanted)):
        raise Invalid("If-Match", 'send the ETag you read, as in "3"')
    return int(match[1])


def etag(version: int) -> str:
    """The ETag header of a row with this version."""
    return f'"{version}"'


async def carry_out(
    runner: Runner[S], use_case: UseCase[M, S], order: M, subject: object, *, door: Door
) -> dict[str, Any]:
    """Run the order of who came in by a door, and answer `{"id", "events": [...], "replayed"}`."""
    outcome = await runner.execute(
        use_case, order, subject=str(subject), context=door.context, idempotency=door.idempotency
    )
    events = [vars(event) | {"id": str(event.id)} for event in outcome.events]
    return {"id": outcome.subject, "events": events, "replayed": outcome.replayed}


@dataclass(frozen=True)
class Page:
    """What part of a list is asked for: at most `limit` items after `cursor`."""

    limit: int
    cursor: str | None

    def after(self, parts: int) -> tuple[str, ...] | None:
        """Sort keys of the last item already seen, None on the first page; raises Invalid."""
        return None if self.cursor is None else decode_cursor(self.cursor, parts)

    def of(self, rows: Sequence[T], key: Callable[[T], tuple[str, ...]]) -> dict[str, Any]:
        """The body of the answer. Fetch `limit + 1` rows: the last only tells that there is more.

        `key` gives the sort keys of a row, as `after` will give them back.
        """
        items = list(rows[: self.limit])
        more = len(rows) > self.limit
        return {"items": items, "next": encode_cursor(*key(items[-1])) if more else None}


async def _page(
    limit: Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)] = PAGE_SIZE,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Page:
    return Page(limit, cursor)


Paged = Annotated[Page, Depends(_page)]
"""The type of a route's parameter that takes `?limit=` and `?cursor=`."""


def encode_cursor(*parts: str) -> str:
    """Sort keys as an opaque word for the address of the next page."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> tuple[str, ...]:
    """The sort keys in a cursor; raises Invalid unless there are this many."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found: object = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, RecursionError) as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error
    if not isinstance(found, list) or len(cast("list[object]", found)) != parts:
        raise Invalid("cursor", "this cursor is of another list: start from its first page")
    return tuple(str(part) for part in cast("list[object]", found))
