"""The FastAPI application of a service: its routes behind limits, headers, probes and problems."""

import time
from collections.abc import Iterable, Mapping
from functools import partial
from http import HTTPStatus
from uuid import UUID

import structlog
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maillage_common.health import Health
from maillage_common.identifiers import uuid7
from maillage_common.metrics import Metrics
from maillage_serving.auth import Verifier
from maillage_serving.http import Guarded
from maillage_serving.openapi import describe
from maillage_serving.problems import answer_problems, problem, unexpected

BODY_BYTES_MAX = 1024 * 1024
SECURITY_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}
TOO_LARGE = f"the body is larger than {BODY_BYTES_MAX} bytes: send it in parts"


def create_app(
    routes: APIRouter, *, service: str, verifier: Verifier, health: Health, metrics: Metrics
) -> FastAPI:
    """The application of a service. Refuses routes that are not Guarded by a permission."""
    if nameless := [path for path, permission in permissions(routes) if permission is None]:
        raise ValueError(f"give a permission and route_class=Guarded to {', '.join(nameless)}")
    app = FastAPI(
        title=f"maillage {service}",
        # Documentation pages would load scripts from a content delivery network: the document only.
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.verifier = verifier
    app.include_router(routes)
    app.include_router(_probes(health, metrics))
    app.openapi = partial(describe, app)
    answer_problems(app)
    app.add_middleware(Threshold, metrics=metrics)
    return app


def permissions(routes: APIRouter, prefix: str = "") -> Iterable[tuple[str, str | None]]:
    """Each route, as `GET /v1/flows`, with the permission that guards it; and of routers inside."""
    for route in routes.routes:
        inner: object = getattr(route, "original_router", None)
        if isinstance(inner, APIRouter):
            below: str = getattr(route, "include_context").prefix  # noqa: B009 its class is private
            yield from permissions(inner, prefix + below)
        elif isinstance(route, APIRoute):
            name = f"{','.join(sorted(route.methods or ()))} {prefix}{route.path}"
            guard = route.guard if isinstance(route, Guarded) else None
            yield name, guard and guard.permission
        else:
            yield repr(route), None  # what we cannot look into names nothing


def _probes(health: Health, metrics: Metrics) -> APIRouter:
    """Probes and metrics ask for no token.

    A kubelet and a Prometheus have none; nothing of the business is told here, and a network policy
    keeps these paths inside the cluster.
    """
    probes = APIRouter(include_in_schema=False)

    @probes.get("/livez")
    async def livez() -> JSONResponse:
        stuck = health.stuck
        return JSONResponse({"alive": not stuck, "why": stuck}, 503 if stuck else 200)

    @probes.get("/readyz")
    async def readyz() -> JSONResponse:
        ready = health.is_ready
        return JSONResponse({"ready": ready, "parts": health.parts}, 200 if ready else 503)

    @probes.get("/metrics")
    async def exposition() -> Response:
        for part, trouble in health.parts.items():
            metrics.trouble(part).set(trouble is not None)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return probes


class Threshold:
    """What every request passes on its way in and out: limits, correlation, headers, the watch."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = _correlation_id(Headers(scope=scope))
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        started_at = time.perf_counter()
        sent = _Sent(send, str(correlation_id))
        try:
            with structlog.contextvars.bound_contextvars(correlation_id=str(correlation_id)):
                await self._answer(scope, receive, sent)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            seconds = self._metrics.http_seconds(scope["method"], route, str(sent.status))
            seconds.observe(time.perf_counter() - started_at)

    async def _answer(self, scope: Scope, receive: Receive, sent: "_Sent") -> None:
        try:
            if _declared_bytes(Headers(scope=scope)) > BODY_BYTES_MAX:
                too_large = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
                await too_large(scope, receive, sent)
            else:
                await self._app(scope, _limited(receive), sent)
        except Exception as error:
            if sent.status:  # too late to say anything else: the server closes the connection
                raise
            await unexpected(error)(scope, receive, sent)


class _Sent:
    """The way out: dresses the answer in our headers, and remembers its status."""

    def __init__(self, send: Send, correlation_id: str) -> None:
        self._send = send
        self._correlation_id = correlation_id
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            # A page that is made to be printed has a policy of its own: it names its one style.
            headers.update(
                {**SECURITY_HEADERS, **headers, "X-Correlation-Id": self._correlation_id}
            )
        await self._send(message)


def _correlation_id(headers: Headers) -> UUID:
    try:
        return UUID(headers.get("x-correlation-id", ""))
    except ValueError:
        return uuid7()


def _declared_bytes(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _limited(receive: Receive) -> Receive:
    """A body that is not declared (chunked) is counted as it comes."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_BYTES_MAX:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
        return message

    return counted
