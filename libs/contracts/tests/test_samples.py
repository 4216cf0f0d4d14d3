"""The samples, and events made of arbitrary values: what is written is what is read."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from maillage_contracts import samples
from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Envelope, Event, Received, decode, encode
from maillage_contracts.samples import (
    SAMPLES,
    a_flow,
    a_flow_opened,
    a_resource,
    a_statement,
    a_stop_completed,
    a_tour,
    a_vehicle,
    a_vehicle_declared,
    an_actor,
    an_envelope,
    an_existing_round,
    an_existing_round_declared,
    an_id,
    an_impact_recorded,
)
from maillage_contracts.vocabulary import Provenance, Visibility

BUILDERS: list[Callable[[], object]] = [
    getattr(samples, name)
    for name in samples.__all__
    if name.startswith(("a_", "an_", "another_", "some_")) and name not in {"an_id", "an_envelope"}
]

lines = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=2000)
words = st.from_regex(r"[a-z][a-z0-9_.-]{0,59}", fullmatch=True)
amounts = st.decimals(-(10**11), 10**11, places=6)
positives = st.decimals(0, 10**11, places=6)
moments = st.datetimes(
    datetime(2001, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    datetime(2098, 12, 31),  # noqa: DTZ001 -- same
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)
envelopes = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "source": lines,
        "time": moments,
        "sequence": st.integers(1, 2**63 - 1),
        "correlation_id": st.uuids(),
        "causation_id": st.none() | st.uuids(),
        "traceparent": st.none() | lines,
        "visibility": st.sampled_from(get_args(Visibility)),
        "provenance": st.sampled_from(get_args(Provenance)),
    }
)


def there_and_back(envelope: Envelope, event: Event) -> Received[Event]:
    record = encode(envelope, event)
    return decode(record.headers, record.value, EVENTS)


@given(event=st.sampled_from([*SAMPLES.values()]), attributes=envelopes)
def test_every_sample_in_any_envelope(event: Event, attributes: dict[str, object]) -> None:
    envelope = an_envelope(event, **attributes)

    assert there_and_back(envelope, event) == Received(envelope, event)


@given(
    label=lines,
    form=words,
    value=positives,
    cost=st.decimals(-(10**9), 10**9, places=2),
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    observed_at=moments,
    day=st.dates(),
    hazardous=st.none() | st.booleans(),
)
def test_any_flow(  # noqa: PLR0913 -- what a flow says
    *,
    label: str,
    form: str,
    value: Decimal,
    cost: Decimal,
    lat: float,
    lon: float,
    observed_at: datetime,
    day: object,
    hazardous: bool | None,
) -> None:
    event = a_flow_opened(
        flow=a_flow(
            resource=a_resource(label=label),
            condition={"form": form},
            quantity={"value": value, "unit": "kg", "per": "P1D"},
            cost_today={"amount": cost},
            position={"lat": lat, "lon": lon},
            observed_at=observed_at,
            available_until=day,
            legal={"is_hazardous": hazardous},
        )
    )
    envelope = an_envelope(event)

    assert there_and_back(envelope, event).event == event


@given(weekdays=st.sets(st.integers(1, 7), min_size=1), departs_at=st.times(), km=positives)
def test_any_round(weekdays: set[int], departs_at: time, km: Decimal) -> None:
    event = an_existing_round_declared(
        round=an_existing_round(
            weekdays=tuple(weekdays), departs_at=departs_at, distance_km=km, empty_km=km
        )
    )

    assert there_and_back(an_envelope(event), event).event == event


@given(value=amounts, low=st.none() | amounts, method=texts, causes=st.lists(st.uuids()))
def test_any_statement(
    value: Decimal, low: Decimal | None, method: str, causes: list[UUID]
) -> None:
    statement = a_statement(value=value, low=low, method=method, causes=tuple(causes))
    event = an_impact_recorded(statement=statement)

    assert there_and_back(an_envelope(event), event).event == event


def test_moments_keep_their_offset() -> None:
    here = datetime(2026, 11, 23, 9, 2, tzinfo=timezone(timedelta(hours=1)))
    event = a_stop_completed(arrived_at=here, completed_at=here.astimezone(UTC))

    found = there_and_back(an_envelope(event), event).event

    assert found == event
    assert found.model_dump_json() == event.model_dump_json()


def test_fields_that_are_absent_stay_absent() -> None:
    event = a_vehicle_declared(vehicle=a_vehicle(range_km=None))

    record = encode(an_envelope(event), event)
    assert b"range_km" not in record.value
    assert there_and_back(an_envelope(event), event).event == event


@pytest.mark.parametrize("builder", BUILDERS, ids=lambda builder: builder.__name__)
def test_each_builder_makes_the_same_each_time(builder: Callable[[], object]) -> None:
    made = builder()

    assert isinstance(made, BaseModel)
    assert made == builder()


@pytest.mark.parametrize("builder", BUILDERS, ids=lambda builder: builder.__name__)
def test_each_builder_refuses_a_field_that_is_none(builder: Callable[..., object]) -> None:
    with pytest.raises(ValidationError, match="misspelt"):
        builder(misspelt=1)


def test_identifiers_follow_from_words() -> None:
    assert an_id("Villaverde") == an_id("Villaverde") != an_id("STRH")
    assert an_actor(name="STRH").actor_id == an_id("STRH")
    assert an_actor(name="STRH", actor_id=an_id("x")).actor_id == an_id("x")


def test_the_tour_of_the_samples_carries_what_it_says() -> None:
    tour = a_tour()

    assert tour.stops[0].onboard_kg == 200
    assert tour.load_factor == (Decimal(200) * Decimal("2.6")) / (Decimal(800) * tour.distance_km)
