"""The catalogue: which events there are, where they go, who reads them."""

import inspect
import re

import pytest

from maillage_contracts import catalogue, flows, impact, matching, registry, tours
from maillage_contracts.catalogue import (
    CATALOGUE,
    EVENTS,
    SERVICES,
    TOPICS,
    Entry,
    consumed_by,
    topic_specs,
)
from maillage_contracts.envelope import Event
from maillage_contracts.samples import SAMPLES

NAMES = """
actor.registered actor.profile_changed actor.closed consent.given consent.withdrawn
accesszone.rule_published vehicle.declared hub.capacity_changed
flow.declared flow.opened flow.changed flow.question_raised flow.went_stale existinground.declared
lead.surfaced lead.accepted lead.rejected case.introduced synergy.agreed synergy.ended
pattern.published
transportorder.requested transportorder.fulfilled tour.published stop.completed tour.completed
impact.recorded impact.corrected
tour.cancelled stop.arrived stop.failed
hubstock.received hubstock.dispatched hubstock.discrepancy
custody.taken_over custody.temp_stored custody.accepted custody.refused custody.processed
returnableunit.moved
plan.solved_alone
""".split()  # noqa: SIM905 -- read as in the design
MODULES = {
    "registry": registry,
    "flows": flows,
    "matching": matching,
    "tours": tours,
    "impact": impact,
}
TYPE = re.compile(r"org\.maillage\.[a-z]+\.[a-z]+(_[a-z]+)*\.v[1-9][0-9]*")
TOPIC = re.compile(r"[a-z][a-z0-9-]*\.[a-z]+\.[a-z]+(\.state)?\.v1(\.dlt)?")
DAY_MS = 86_400_000

every_entry = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.event.TYPE)


def test_these_are_the_events() -> None:
    assert sorted(EVENTS) == sorted(f"org.maillage.{name}.v1" for name in NAMES)
    assert len(CATALOGUE) == len(EVENTS) == len(NAMES)


@every_entry
def test_an_entry_is_well_formed(entry: Entry) -> None:
    assert TYPE.fullmatch(entry.event.TYPE)
    assert entry.producer in SERVICES
    assert set(entry.consumers) <= set(SERVICES) - {entry.producer}
    assert len(set(entry.consumers)) == len(entry.consumers)


@every_entry
def test_an_event_is_in_the_module_of_the_service_that_publishes_it(entry: Entry) -> None:
    assert entry.event.__module__ == MODULES[entry.producer].__name__


@every_entry
def test_an_event_says_what_happened(entry: Entry) -> None:
    said = inspect.cleandoc(entry.event.__doc__ or "")

    assert said.endswith(".")
    assert len(said) > 20
    assert "\n" not in said


@every_entry
def test_an_event_has_one_sample_and_its_subject_is_an_identifier(entry: Entry) -> None:
    assert re.fullmatch(r"[0-9a-f-]{36}", SAMPLES[entry.event].subject)


def test_every_event_of_every_module_is_in_the_catalogue() -> None:
    published = {
        found
        for module in MODULES.values()
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, Event) and "TYPE" in vars(found)
    }

    assert published == set(EVENTS.values())
    assert len(SAMPLES) == len(published)


def test_topics_are_named_after_service_and_thing() -> None:
    names = [spec.name for spec in topic_specs("t-1")]

    assert len(set(names)) == len(names)
    assert all(TOPIC.fullmatch(name) for name in names)
    assert "t-1.flows.flow.v1" in names
    assert "t-1.flows.flow.state.v1" in names
    assert "t-1.flows.flow.v1.dlt" in names


def test_each_topic_has_dead_letters_and_some_a_state() -> None:
    specs = {spec.name: spec for spec in topic_specs("t-1")}

    for topic in TOPICS:
        facts = specs[topic.facts("t-1")]
        dead = specs[f"{topic.facts('t-1')}.dlt"]
        assert int(facts.config["retention.ms"]) >= 30 * DAY_MS
        assert int(dead.config["retention.ms"]) > int(facts.config["retention.ms"])
        assert (topic.state("t-1") in specs) == topic.has_state
    assert len(specs) == 2 * len(TOPICS) + sum(topic.has_state for topic in TOPICS)


def test_a_state_topic_is_compacted_and_cut_like_its_facts() -> None:
    specs = {spec.name: spec for spec in topic_specs("t-1")}
    kept = [topic for topic in TOPICS if topic.has_state]

    assert {topic.entity for topic in kept} == {"actor", "accesszone", "vehicle", "hub", "flow"}
    for topic in kept:
        state = specs[topic.state("t-1")]
        assert state.config == {
            "cleanup.policy": "compact",
            "delete.retention.ms": str(7 * DAY_MS),
        }
        assert state.partitions == specs[topic.facts("t-1")].partitions


@every_entry
def test_a_topic_with_a_state_carries_the_whole_document_each_time(entry: Entry) -> None:
    topic = entry.event.TOPIC
    if topic.has_state:
        others = [each.event for each in CATALOGUE if topic == each.event.TOPIC]
        assert {other.SUBJECT for other in others} == {entry.event.SUBJECT}


def test_a_service_subscribes_to_what_it_reads() -> None:
    assert {topic.entity for topic in consumed_by("flows")} == {
        "actor",
        "consent",
        "question",
        "case",
        "synergy",
    }
    assert consumed_by("registry") == ()
    for service in SERVICES:
        for topic in consumed_by(service):
            assert topic.service != service


def test_the_catalogue_cannot_be_changed_at_run_time() -> None:
    with pytest.raises(TypeError):
        catalogue.EVENTS["x"] = flows.FlowOpened  # type: ignore[index]
