"""Calls of a hub's public doors as a careful client makes them, and what two firms do there."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Self
from uuid import UUID, uuid4

import httpx

from maillage_contracts.samples import BONNEVILLE, JOURDIES
from maillage_hub.testing_hub import CALL_TIMEOUT_S, WholeHub

PATIENCE_S = 120.0
RETRY_S, RETRY_S_MAX = 0.1, 1.0
"""From one try to the next, longer each time."""
AGAIN = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
EARLY = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
"""How a service answers that has not heard yet of what another one knows."""

Document = dict[str, Any]


class Calls:
    """Sends each command with a key, again and again until it is answered.

    `note` is given what each command answers.
    """

    def __init__(
        self,
        hub: WholeHub,
        note: Callable[[Document], object] = lambda _: None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._hub = hub
        self._note = note
        self._patience_s = patience_s
        self._addresses = hub.state.services
        self._http = httpx.AsyncClient(timeout=CALL_TIMEOUT_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, service: str, path: str, **query: object) -> Document:
        """Read."""
        params = {name: str(value) for name, value in query.items()}
        headers = self._token("advisor")
        return (await self._answered("GET", service, path, params=params, headers=headers)).json()

    async def send(
        self,
        service: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        method: str = "POST",
        role: str = "advisor",
        early: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Document:
        """Command; `early` when the service may not have heard yet of what it is about."""
        sent = {"Idempotency-Key": uuid4().hex, **self._token(role), **(headers or {})}
        asked = {"json": dict(body or {}), "headers": sent}
        answer = (await self._answered(method, service, path, early=early, **asked)).json()
        self._note(answer)
        return answer

    async def _answered(
        self,
        method: str,
        service: str,
        path: str,
        *,
        early: bool = False,
        **asked: Any,  # noqa: ANN401 handed to httpx
    ) -> httpx.Response:
        loop = asyncio.get_running_loop()
        until, pause_s = loop.time() + self._patience_s, RETRY_S
        url = f"{self._addresses[service]}{path}"
        while True:
            answer = None
            try:
                answer = await self._http.request(method, url, **asked)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                last = f"{answer.status_code} {answer.text[:400]}"
                if answer.is_success:
                    return answer
            worth_a_try = AGAIN | EARLY if early else AGAIN
            if answer is not None and answer.status_code not in worth_a_try:
                raise AssertionError(f"{method} {service}{path} answered {last}")
            if loop.time() > until:
                raise AssertionError(f"{method} {service}{path}: no answer but {last}")
            await asyncio.sleep(pause_s)
            pause_s = min(1.5 * pause_s, RETRY_S_MAX)

    def _token(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._hub.token(role)}"}


SITES = {"out": JOURDIES, "in": BONNEVILLE}


async def a_firm(calls: Calls, name: str) -> UUID:
    """Register a firm with one site."""
    return UUID((await calls.send("registry", "/v1/actors", a_profile(name)))["id"])


def a_profile(name: str, **changes: object) -> Document:
    """What a firm says of itself."""
    site = {"label": "Workshop", "position": JOURDIES.model_dump(), "activity_zone": "jourdies"}
    return {
        "name": name,
        "legal_kind": "company",
        "sector": "47.76Z",
        "size_class": "sme",
        "roles": ["producer"],
        "sites": [site],
        **changes,
    }


async def an_open_flow(calls: Calls, actor_id: UUID, direction: str) -> UUID:
    """Declare pallets that a firm has or wants, open to be matched."""
    body = {**a_declaration(actor_id, direction), "status": "open"}
    return UUID((await calls.send("flows", "/v1/flows", body, early=True))["id"])


def a_declaration(actor_id: UUID, direction: str = "out") -> Document:
    """What a firm says of its pallets."""
    return {
        "actor_id": str(actor_id),
        "kind": "material",
        "direction": direction,
        "intent": "offer" if direction == "out" else "request",
        "willingness": "open",
        "confidence": "diagnosed",
        "resource": {"label": "Euro pallets, used once", "spec": "pallet"},
        "condition": {"physical": "unit", "form": "pallet", "contamination": "clean"},
        "legal": {"waste_status": "product", "is_hazardous": False},
        "quantity": {"value": "36", "unit": "unit", "per": "P1M"},
        "position": SITES[direction].model_dump(),
        "cost_today": {"amount": "960.00"},
    }


async def a_lead_of_a_workshop(calls: Calls, *flow_ids: UUID) -> UUID:
    """Propose these flows for one another."""
    body = {
        "source": "workshop",
        "kind": "substitution",
        "flow_ids": [str(flow_id) for flow_id in flow_ids],
        "note": "Both said it at the table.",
    }
    return UUID((await calls.send("matching", "/v1/leads", body, early=True))["id"])


async def an_introduced_case(calls: Calls, lead_id: UUID) -> UUID:
    """Take a lead up, and bring its parties together."""
    case_id = UUID((await calls.send("matching", f"/v1/leads/{lead_id}/accept"))["id"])
    await calls.send("matching", f"/v1/cases/{case_id}/move", {"to": "qualifying"})
    await calls.send("matching", f"/v1/cases/{case_id}/introduce", {"channel": "visit"})
    return case_id


async def an_order(calls: Calls, giver: UUID, taker: UUID, *, on: date) -> UUID:
    """Ask for a transport between two firms that nobody agreed on in a synergy."""
    noon = datetime.combine(on, time(12), UTC)
    window = {"start": noon.isoformat(), "end": (noon + timedelta(hours=3)).isoformat()}
    body = {
        "on": on.isoformat(),
        "pickup": a_stop("out", giver),
        "dropoff": a_stop("in", taker),
        "load": {"mass_kg": "120", "volume_m3": "0.8"},
        "pickup_window": window,
        "dropoff_window": window,
    }
    return UUID((await calls.send("tours", "/v1/orders", body, role="dispatcher"))["id"])


def a_stop(direction: str, actor_id: UUID) -> Document:
    """Where a vehicle calls at a firm."""
    position = SITES[direction].model_dump()
    return {"label": f"Site, {direction}", "position": position, "actor_id": str(actor_id)}


async def an_agreed_synergy(
    calls: Calls, case_id: UUID, giver: UUID, taker: UUID, *, first_on: date
) -> UUID:
    """Let the parties agree, with one transport a week from the first day on."""
    await calls.send("matching", f"/v1/cases/{case_id}/move", {"to": "feasibility"})
    need = {
        "pickup": a_stop("out", giver),
        "dropoff": a_stop("in", taker),
        "load": {"mass_kg": "180", "volume_m3": "1.3"},
        "every": "P1W",
        "first_on": first_on.isoformat(),
        "pickup_window": {"start": "09:00", "end": "12:00"},
        "dropoff_window": {"start": "09:00", "end": "16:00"},
    }
    body = {
        "parties": [
            {"actor_id": str(giver), "role": "donor", "share": "0.5"},
            {"actor_id": str(taker), "role": "receiver", "share": "0.5"},
        ],
        "saving": {"amount": "4416.00"},
        "logistics": [need],
        "starts_on": first_on.isoformat(),
    }
    return UUID((await calls.send("matching", f"/v1/cases/{case_id}/agree", body))["id"])
