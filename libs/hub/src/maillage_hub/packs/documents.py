"""Turning the cells of a pack into the documents that the services take."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import cast
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from maillage_hub.packs.pack import Document, Pack, pack_id
from maillage_hub.packs.tables import (
    ACTORS,
    CREDENTIALS,
    FLOWS,
    HUBS,
    ORDERS,
    ROUNDS,
    VEHICLES,
    ZONES,
)

FRIDAY = 5

Finish = Callable[[Document, UUID, Pack, date], None]


def _finish_actor(document: Document, actor_id: UUID, pack: Pack, _today: date) -> None:
    territory = pack.territory
    site = document["sites"]["0"]
    site |= {"site_id": str(pack_id(territory, "site", str(actor_id))), "kind": "site"}
    document |= {"actor_id": str(actor_id), "status": "active", "sites": [site]}


def _finish_credential(document: Document, credential_id: UUID, _pack: Pack, _today: date) -> None:
    document["credential_id"] = str(credential_id)
    document.pop("actor_id")


def _finish_hub(document: Document, hub_id: UUID, _pack: Pack, _today: date) -> None:
    document["hub_id"] = str(hub_id)
    document["rooms"] = _by_temperature(document.get("rooms", {}))


def _finish_vehicle(document: Document, vehicle_id: UUID, _pack: Pack, _today: date) -> None:
    document["vehicle_id"] = str(vehicle_id)
    document["compartments"] = _by_temperature(document.get("compartments", {}))


def _by_temperature(parts: Mapping[str, Document]) -> Sequence[Document]:
    return [{"temperature": temperature, **part} for temperature, part in parts.items()]


def _finish_flow(document: Document, flow_id: UUID, _pack: Pack, today: date) -> None:
    observed_at = datetime.combine(today, datetime.min.time(), UTC)
    document |= {"flow_id": str(flow_id), "status": "declared"}
    document["observed_at"] = observed_at.isoformat()


def _finish_order(document: Document, _order_id: UUID, pack: Pack, today: date) -> None:
    on = day(document["on"], today)
    # The same line of another day is another order.
    order_id = uuid5(_order_id, on)
    document |= {"order_id": str(order_id), "origin": "import", "on": on}
    zone = ZoneInfo(pack.time_zone)
    known = on if is_day(on) else today.isoformat()  # a day that is none is one fault, not five
    for window in ("pickup_window", "dropoff_window"):
        for end, text in document[window].items():
            document[window][end] = _moment(known, text, zone)


def day(text: str, today: date) -> str:
    """The date of `J+2` (the second working day after today), or the text, which is checked later.

    Working days are Monday to Friday; public holidays are not known.
    """
    if not text.upper().startswith("J+") or not text[2:].isdigit():
        return text
    found = today
    for _ in range(int(text[2:])):
        found += timedelta(days=1 if found.isoweekday() < FRIDAY else 8 - found.isoweekday())
    return found.isoformat()


def is_day(text: str) -> bool:
    """Whether it is a day, and written as in 2026-11-23."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _moment(on: str, text: str, zone: ZoneInfo) -> str:
    try:
        return datetime.fromisoformat(f"{on}T{text}").replace(tzinfo=zone).isoformat()
    except ValueError:
        return text


def _finish_zone(document: Document, zone_id: UUID, _pack: Pack, _today: date) -> None:
    ring = cast("list[list[str]]", document.pop("ring"))
    document["zone_id"] = str(zone_id)
    document["area"] = {"ring": [{"lat": point[0], "lon": point[1]} for point in ring]}


def _finish_round(document: Document, round_id: UUID, _pack: Pack, _today: date) -> None:
    document["round_id"] = str(round_id)
    cost = document.pop("cost_eur", None)
    if cost is not None:
        document["cost_per_round"] = {"amount": cost}


FINISH: Mapping[str, Finish] = {
    ACTORS.kind: _finish_actor,
    CREDENTIALS.kind: _finish_credential,
    HUBS.kind: _finish_hub,
    VEHICLES.kind: _finish_vehicle,
    FLOWS.kind: _finish_flow,
    ORDERS.kind: _finish_order,
    ZONES.kind: _finish_zone,
    ROUNDS.kind: _finish_round,
}
