"""Which request to which service makes each item of a pack true."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from maillage_hub.packs.pack import Document, Item, Pack


@dataclass(frozen=True)
class Request:
    """One call of a public door. The same item gives the same call, at every import."""

    service: str
    method: str
    path: str
    body: Document
    otherwise: "Request | None" = None
    """What to send when the service answers that something else is there already (409)."""
    waits_for_actor: UUID | None = None
    """An actor that the service must have heard of first."""


def requests(pack: Pack) -> Iterator[tuple[Item, tuple[Request, ...]]]:
    """All calls, those that others depend on first."""
    credentials: dict[UUID, list[Document]] = {}
    for item in pack.of("credential"):
        if item.parent_id is not None:
            credentials.setdefault(item.parent_id, []).append(item.document)
    for item in pack.of("actor"):
        yield item, _actor(item, credentials.get(item.id, []))
    for kind, build in _BUILDERS.items():
        for item in pack.of(kind):
            yield item, build(item)


def _actor(item: Item, credentials: list[Document]) -> tuple[Request, ...]:
    profile = {**item.document, "credentials": credentials}
    del profile["actor_id"], profile["status"]
    change = Request("registry", "PUT", f"/v1/actors/{item.id}", profile)
    body = {**profile, "actor_id": str(item.id), "source": "import"}
    return (Request("registry", "POST", "/v1/actors", body, otherwise=change),)


def _put(collection: str, identifier: str) -> Callable[[Item], tuple[Request, ...]]:
    def build(item: Item) -> tuple[Request, ...]:
        body = {name: value for name, value in item.document.items() if name != identifier}
        return (Request("registry", "PUT", f"/v1/{collection}/{item.id}", body),)

    return build


def _flow(item: Item) -> tuple[Request, ...]:
    # The day it was first imported is when it was observed: a later import changes nothing.
    left_out = {"status", "observed_at"}
    body = {name: value for name, value in item.document.items() if name not in left_out}
    body["status"] = "declared" if body["willingness"] == "none" else "open"
    actor_id = UUID(str(body["actor_id"]))
    return (Request("flows", "POST", "/v1/flows", body, waits_for_actor=actor_id),)


def _round(item: Item) -> tuple[Request, ...]:
    body = {name: value for name, value in item.document.items() if name != "round_id"}
    actor_id = UUID(str(body["actor_id"]))
    path = f"/v1/rounds/{item.id}"
    return (Request("flows", "PUT", path, body, waits_for_actor=actor_id),)


def _order(item: Item) -> tuple[Request, ...]:
    return (Request("tours", "POST", "/v1/orders", item.document),)


_BUILDERS: Mapping[str, Callable[[Item], tuple[Request, ...]]] = {
    "hub": _put("hubs", "hub_id"),
    "vehicle": _put("vehicles", "vehicle_id"),
    "zone": _put("zones", "zone_id"),
    "flow": _flow,
    "round": _round,
    "order": _order,
}
