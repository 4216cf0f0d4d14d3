"""Importing a checked pack through the public doors: again and again, with the same result."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from uuid import uuid4

import httpx

from maillage_hub.packs.pack import Item, Pack
from maillage_hub.packs.requests import Request, requests
from maillage_hub.packs.sheets import Fault

AT_ONCE = 8
"""Requests in flight: a service's pool has about as many connections."""
PATIENCE_S = 60.0
"""How long a service may take to hear of an actor, or to come back."""
RETRY_S = 0.1
TIMEOUT_S = 30.0
BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass
class Imported:
    """What an import did."""

    done: Counter[str] = field(default_factory=Counter[str])
    """Items by kind."""
    events: int = 0
    """Events that the services published because of it: none when all was there already."""
    refused: list[Fault] = field(default_factory=list[Fault])


Progress = Callable[[int, int], None]
"""Told how many items are dealt with, of how many."""


def _in_silence(done: int, total: int) -> None:
    """Nobody watches."""


async def import_pack(
    pack: Pack, addresses: Mapping[str, str], token: str, progress: Progress = _in_silence
) -> Imported:
    """Send everything, kind after kind. What a service refuses is told with its line.

    After a kind with refusals nothing more is sent: later kinds refer to earlier ones.

    Raises httpx.TransportError when a service stays away for `PATIENCE_S`.
    """
    work = list(requests(pack))
    result = Imported()
    headers = {"Authorization": f"Bearer {token}", "X-Provenance": "import"}
    async with httpx.AsyncClient(headers=headers, timeout=TIMEOUT_S) as client:
        sender = _Sender(client, addresses, result)
        for stage in _stages(work):
            slots = asyncio.Semaphore(AT_ONCE)
            async with asyncio.TaskGroup() as tasks:
                for item, calls in stage:
                    tasks.create_task(_one(sender, slots, item, calls))
            progress(sum(result.done.values()) + len(result.refused), len(work))
            if result.refused:
                break
    return result


def _stages(
    work: Sequence[tuple[Item, tuple[Request, ...]]],
) -> list[list[tuple[Item, tuple[Request, ...]]]]:
    """One stage a kind, because later kinds refer to earlier ones."""
    kinds = dict.fromkeys(item.kind for item, _ in work)
    return [[entry for entry in work if entry[0].kind == kind] for kind in kinds]


async def _one(
    sender: "_Sender", slots: asyncio.Semaphore, item: Item, calls: tuple[Request, ...]
) -> None:
    async with slots:
        for call in calls:
            if not await sender.send(item, call):
                return
        sender.result.done[item.kind] += 1


class _Sender:
    """Sends one request until it is answered for good."""

    def __init__(
        self, client: httpx.AsyncClient, addresses: Mapping[str, str], result: Imported
    ) -> None:
        self.client = client
        self.addresses = addresses
        self.result = result
        # A key of this run alone: a pack that goes back to what it said before must be applied.
        self.run_id = uuid4().hex

    async def send(self, item: Item, request: Request) -> bool:
        """Whether it is true now; a refusal is noted with the line that it came from."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_S
        while True:
            answer = await self._try(request, patient=loop.time() < deadline)
            if answer is None or (_is_early(answer, request) and loop.time() < deadline):
                await asyncio.sleep(RETRY_S)
                continue
            break
        if answer.status_code == HTTPStatus.CONFLICT and request.otherwise is not None:
            return await self.send(item, request.otherwise)
        if answer.is_success:
            told = answer.json()
            self.result.events += 0 if told.get("replayed") else len(told["events"])
            return True
        self.result.refused.append(item.spot.fault(f"{item.key}: {_reason(answer)}"))
        return False

    async def _try(self, request: Request, *, patient: bool) -> httpx.Response | None:
        content = json.dumps(request.body, sort_keys=True).encode()
        url = f"{self.addresses[request.service]}{request.path}"
        key = sha256(f"{self.run_id} {request.method} {url}\n".encode() + content).hexdigest()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            answer = await self.client.request(
                request.method, url, content=content, headers=headers
            )
        except httpx.TransportError:
            if patient:
                return None
            raise
        return None if patient and answer.status_code in BUSY else answer


def _is_early(answer: httpx.Response, request: Request) -> bool:
    """Whether the service has only not heard yet of the actor that the registry just told of."""
    if request.waits_for_actor is None:
        return False
    return answer.status_code == HTTPStatus.CONFLICT and str(request.waits_for_actor) in answer.text


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return f"the service answered {answer.status_code}"
    fields = "; ".join(f"{e.get('field')}: {e.get('message')}" for e in problem.get("errors", ()))
    return fields or str(problem.get("detail") or problem.get("title") or "refused")
