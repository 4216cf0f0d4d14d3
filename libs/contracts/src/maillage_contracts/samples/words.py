"""What the examples of all services share: identifiers, moments, places, envelopes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel

from maillage_contracts.envelope import Envelope, Event
from maillage_contracts.vocabulary import Area, DailyWindow, GeoPoint, Load, Place, TimeWindow

M = TypeVar("M", bound=BaseModel)

TERRITORY = "jourdies"
PARIS_WINTER = timezone(timedelta(hours=1))
DAY = date(2026, 11, 23)
JOURDIES = GeoPoint(lat=46.062, lon=6.381)
BONNEVILLE = GeoPoint(lat=46.077, lon=6.407)


def an_id(of: str) -> UUID:
    """The identifier of an example; the same words give the same one."""
    return uuid5(NAMESPACE_URL, f"https://maillage.org/samples/{of}")


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the examples' day."""
    return datetime.combine(DAY, time(hour, minute), PARIS_WINTER)


def made(model: type[M], changes: Mapping[str, object], **usual: object) -> M:
    return model.model_validate({**usual, **changes})


def an_envelope(event: Event, **changes: object) -> Envelope:
    """The envelope of an event, the first of its aggregate."""
    usual: dict[str, object] = {
        "id": an_id(f"event of {event.TYPE}"),
        "source": f"/{TERRITORY}/{event.TOPIC.service}",
        "type": event.TYPE,
        "subject": event.subject,
        "time": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        "territory": TERRITORY,
        "sequence": 1,
        "correlation_id": an_id("correlation"),
        "visibility": event.visibility,
    }
    return Envelope(**{**usual, **changes})  # pyright: ignore[reportArgumentType]


def a_place(**changes: object) -> Place:
    return made(
        Place,
        changes,
        label="Villaverde",
        position=JOURDIES,
        actor_id=an_id("Villaverde"),
        site_id=an_id("site of Villaverde"),
    )


def another_place(**changes: object) -> Place:
    return a_place(
        **{
            "label": "STRH",
            "position": BONNEVILLE,
            "actor_id": an_id("STRH"),
            "site_id": an_id("site of STRH"),
            **changes,
        }
    )


def a_load(**changes: object) -> Load:
    return made(Load, changes, mass_kg="200", volume_m3="1.6")


def some_hours(**changes: object) -> DailyWindow:
    return made(DailyWindow, changes, start="08:00", end="12:00")


def a_window(**changes: object) -> TimeWindow:
    return made(TimeWindow, changes, start=at(8), end=at(12))


def an_area(**changes: object) -> Area:
    """About one kilometre around the Jourdies."""
    corners = ((46.055, 6.37), (46.055, 6.39), (46.07, 6.39), (46.07, 6.37), (46.055, 6.37))
    return made(Area, changes, ring=[GeoPoint(lat=lat, lon=lon) for lat, lon in corners])
