"""What happened on a territory for a while, as events; and how a bus can tell it in other ways."""

import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID, uuid5

from maillage_contracts.envelope import Event, Received
from maillage_contracts.samples import (
    a_case_introduced,
    a_consent_given,
    a_consent_withdrawn,
    a_flow,
    a_flow_changed,
    a_flow_declared,
    a_flow_opened,
    a_flow_question_raised,
    a_flow_went_stale,
    a_hub,
    a_hub_capacity_changed,
    a_synergy_agreed,
    a_synergy_ended,
    a_tour_completed,
    a_tour_published,
    a_transport_order_fulfilled,
    a_vehicle,
    a_vehicle_declared,
    an_access_zone_rule_published,
    an_actor,
    an_actor_closed,
    an_actor_profile_changed,
    an_actor_registered,
    an_existing_round_declared,
    an_id,
)
from maillage_serving.testing import received

Lane = tuple[str, str]
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
REPEATED_SHARE = 0.5
BATCH_EVENTS_MAX = 40


def a_history(territory: str, *, firms: int = 6) -> list[Received[Event]]:
    """What happened to so many firms and what they have: each with its own identifiers."""
    numbers = Counter[Lane]()
    told: list[Received[Event]] = []
    for firm in range(firms):
        for event in _of_one(firm):
            ours = with_other_ids(event, str(firm))
            lane = ours.TOPIC.facts(territory), ours.subject
            numbers[lane] += 1
            told.append(received(ours, numbers[lane], territory=territory))
    return told


def told_otherwise(told: Sequence[Received[Event]], seed: int) -> list[Received[Event]]:
    """The same at least once each, in an order that keeps that of each aggregate alone.

    Half of the events come again at some later time, and at the end all come once more.
    """
    chance = random.Random(seed)  # noqa: S311 no secret
    once = list(_interleaved(told, chance))
    repeated = [one for one in enumerate(once) if chance.random() < REPEATED_SHARE]
    places = [(place + chance.random() * (len(once) - place), again) for place, again in repeated]
    both = [*((float(place), one) for place, one in enumerate(once)), *places]
    shuffled = [one for _, one in sorted(both, key=lambda pair: pair[0])]
    return [*shuffled, *_interleaved(told, chance)]


def in_batches(told: Sequence[Received[Event]], seed: int) -> Iterator[Sequence[Received[Event]]]:
    """Cut as it comes."""
    chance = random.Random(seed)  # noqa: S311 no secret
    left = list(told)
    while left:
        size = chance.randint(1, BATCH_EVENTS_MAX)
        yield left[:size]
        left = left[size:]


def _interleaved(
    told: Sequence[Received[Event]], chance: random.Random
) -> Iterator[Received[Event]]:
    lanes: dict[Lane, list[Received[Event]]] = defaultdict(list)
    for one in told:
        lanes[one.event.TOPIC.entity, one.envelope.subject].append(one)
    # A lane as often as it has events: each order is as likely as any other.
    turns = [lane for lane, events in lanes.items() for _ in events]
    chance.shuffle(turns)
    for lane in turns:
        yield lanes[lane].pop(0)


def _of_one(firm: int) -> Iterable[Event]:
    """What happened to the firm of the samples; not all of it to every firm."""
    actor_id, hub_id = an_id("Villaverde"), an_id("hub of all")
    vehicle_id = an_id("vehicle Electric van")
    renamed = [an_actor(actor_id=actor_id, name=f"Name {n}") for n in (1, 2, 3)]
    yield an_actor_registered(actor=renamed[0])
    yield a_consent_given()
    yield a_vehicle_declared(vehicle=a_vehicle(vehicle_id=vehicle_id))
    yield an_actor_profile_changed(actor=renamed[1])
    yield a_hub_capacity_changed(hub=a_hub(hub_id=hub_id))
    yield an_access_zone_rule_published()
    yield an_existing_round_declared()
    yield a_flow_declared(flow=a_flow(status="declared"))
    yield a_flow_opened()
    yield a_flow_question_raised()
    yield a_consent_withdrawn()
    yield a_case_introduced()
    yield a_synergy_agreed()
    yield a_flow_changed()
    yield a_tour_published()
    yield a_transport_order_fulfilled()
    yield a_tour_completed()
    yield an_actor_profile_changed(actor=renamed[2])
    if firm % 2:
        yield a_synergy_ended()
        yield a_flow_went_stale()
        yield a_consent_given()
    if firm % 3 == 0:
        yield an_actor_closed(actor=renamed[2].model_copy(update={"status": "closed"}))


def with_other_ids(event: Event, name: str) -> Event:
    """The same of others: each identifier in it is another, the same for the same name."""

    def other(found: re.Match[str]) -> str:
        return str(uuid5(UUID(found[0]), name))

    document = UUIDS.sub(other, event.model_dump_json())
    return type(event).model_validate(json.loads(document), strict=False)
