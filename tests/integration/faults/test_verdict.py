"""The checker is checked: of a sound history it says nothing, and every tampering is found."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maillage_contracts.flows import FLOWS
from maillage_contracts.registry import ACTORS
from maillage_hub.chaos.__main__ import tell_report
from maillage_hub.chaos.campaign import Report
from maillage_hub.chaos.load import Owed
from maillage_hub.chaos.verdict import Copy, Logged, Seen, Verdict, judge
from maillage_hub.testing_bus import Told

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACTOR, FLOW = "actor-1", "flow-1"
ON_ACTORS, ON_FLOWS = ACTORS.facts("jourdies"), FLOWS.facts("jourdies")


def told(name: str, kind: str, sequence: int, *, offset: int, cause: str | None = None) -> Told:
    topic, subject = (ON_ACTORS, ACTOR) if kind.startswith("actor") else (ON_FLOWS, FLOW)
    headers = {
        "ce_id": name,
        "ce_type": f"org.maillage.{kind}.v1",
        "ce_subject": subject,
        "ce_sequence": str(sequence),
        **({"ce_causationid": cause} if cause else {}),
    }
    return Told(topic, 0, offset, b"key", b"{}", headers)


HISTORY = (
    told("a1", "actor.registered", 1, offset=0),
    told("a2", "actor.profile_changed", 2, offset=1),
    told("a3", "actor.closed", 3, offset=2),
    told("f1", "flow.opened", 1, offset=0),
    told("f2", "flow.changed", 2, offset=1, cause="a3"),
)
READERS = ("flows", "matching", "tours", "impact")


def sound() -> Seen:
    """An actor that was registered, changed and closed, and its flow, which closing suspended."""
    at = {event.id: NOON + timedelta(seconds=n) for n, event in enumerate(HISTORY)}
    of_actors = {name: at[name] for name in ("a1", "a2", "a3")}
    return Seen(
        acknowledged=[
            {"id": e.id, "type": e.type, "subject": e.subject, "sequence": e.sequence}
            for e in HISTORY
            if e.cause is None
        ],
        owed=[Owed("a3", FLOW, reader="flows")],
        baselines={"diary": "b1"},
        kept_baselines=[("diary", "b1"), ("somebody else's", "b9")],
        logged={
            e.id: Logged("registry" if e.topic == ON_ACTORS else "flows", e.topic, e.subject, False)  # noqa: FBT003 is it queued
            for e in HISTORY
        },
        told=HISTORY,
        heard={reader: at if reader == "matching" else of_actors for reader in READERS},
        acknowledged_to={
            **{(reader, ON_ACTORS, 0): 3 for reader in READERS},
            ("matching", ON_FLOWS, 0): 2,
        },
        copies=[
            *(Copy(reader, ON_ACTORS, {ACTOR: 3}) for reader in READERS),
            Copy("matching", ON_FLOWS, {FLOW: 2}),
        ],
    )


def without(seen: Seen, reader: str, name: str) -> Mapping[str, Mapping[str, datetime]]:
    """The inboxes, of which one has lost an event."""
    inbox = {event: at for event, at in seen.heard[reader].items() if event != name}
    return {**seen.heard, reader: inbox}


def only(kind: str, verdict: Verdict) -> str:
    """The one sentence of a verdict that finds a single fault, of this kind."""
    assert verdict.counts == {**dict.fromkeys(vars(verdict), 0), kind: 1}
    return vars(verdict)[kind][0]


def test_of_a_sound_history_nothing_is_said() -> None:
    assert judge(sound()).holds


def test_the_bus_may_repeat_what_it_said() -> None:
    seen = sound()
    assert judge(replace(seen, told=[*HISTORY, replace(HISTORY[0], offset=9)])).holds


def test_an_acknowledged_event_that_nobody_has_is_lost() -> None:
    said = {"id": "a9", "type": "actor.registered", "subject": "actor-9", "sequence": 1}
    seen = sound()
    found = judge(replace(seen, acknowledged=[*seen.acknowledged, said]))
    assert "a9 of actor-9 was acknowledged" in only("lost", found)


def test_an_event_that_left_the_outbox_but_is_not_on_the_bus_is_lost() -> None:
    seen = sound()
    missing = replace(seen.logged["f2"], subject="flow-2")
    found = judge(replace(seen, logged={**seen.logged, "f3": missing}))
    assert only("lost", found) == "f3 left the outbox of flows, and is not on the bus"


def test_an_event_that_a_reader_passed_over_is_lost() -> None:
    seen = sound()
    found = judge(replace(seen, heard=without(seen, "tours", "a2")))
    assert only("lost", found) == "a2 was acknowledged by tours, which has not received it"


def test_a_closing_that_suspended_nothing_is_lost() -> None:
    seen = sound()
    found = judge(replace(seen, owed=[*seen.owed, Owed("a3", "flow-2", reader="flows")]))
    assert only("lost", found) == "flows heard a3, and did nothing about flow-2"


def test_a_baseline_that_is_not_there_is_lost() -> None:
    assert "diary" in only("lost", judge(replace(sound(), kept_baselines=[])))


def test_a_command_that_was_done_again_is_twice() -> None:
    seen = sound()
    again = told("a4", "actor.profile_changed", 4, offset=3)
    found = judge(
        replace(
            seen,
            told=[*HISTORY, again],
            logged={**seen.logged, "a4": seen.logged["a3"]},
            heard={
                reader: {**inbox, "a4": NOON + timedelta(1)} for reader, inbox in seen.heard.items()
            },
            copies=[replace(c, sequences={ACTOR: 4}) for c in seen.copies if c.topic == ON_ACTORS],
        )
    )
    assert "done twice" in only("twice", found)


def test_an_event_that_was_followed_again_is_twice() -> None:
    seen = sound()
    again = told("f3", "flow.changed", 3, offset=2, cause="a3")
    matching = {**seen.heard["matching"], "f3": NOON + timedelta(1)}
    found = judge(
        replace(
            seen,
            told=[*HISTORY, again],
            logged={**seen.logged, "f3": seen.logged["f2"]},
            heard={**seen.heard, "matching": matching},
            copies=[Copy("matching", ON_FLOWS, {FLOW: 3})],
        )
    )
    assert only("twice", found) == "a3 was followed 2 times by flow.changed of flow-1"


def test_a_record_that_came_again_as_something_else_is_twice() -> None:
    tampered = replace(HISTORY[0], offset=9, value=b'{"name": "another"}')
    assert "something else" in only("twice", judge(replace(sound(), told=[*HISTORY, tampered])))


def test_a_baseline_that_was_drafted_again_is_twice() -> None:
    seen = sound()
    found = judge(replace(seen, kept_baselines=[*seen.kept_baselines, ("diary", "b2")]))
    assert found.counts == {"lost": 0, "twice": 2, "disorder": 0, "stuck": 0}


def test_records_that_changed_places_are_disorder() -> None:
    first, second, *others = HISTORY
    found = judge(replace(sound(), told=[second, first, *others]))
    assert "in the order [2, 1, 3]" in only("disorder", found)


def test_a_subject_on_two_partitions_is_disorder() -> None:
    first, second, *others = HISTORY
    elsewhere = replace(second, partition=1, offset=0)
    found = judge(replace(sound(), told=[first, elsewhere, *others]))
    assert "several partitions" in only("disorder", found)


def test_a_number_that_was_not_acknowledged_is_disorder() -> None:
    seen = sound()
    first, *others = seen.acknowledged
    found = judge(replace(seen, acknowledged=[{**first, "sequence": 7}, *others]))
    assert "a1 is not the number" in only("disorder", found)


def test_events_received_in_another_order_are_disorder() -> None:
    seen = sound()
    late = {**seen.heard["impact"], "a1": NOON + timedelta(days=1)}
    found = judge(replace(seen, heard={**seen.heard, "impact": late}))
    assert "impact received actor-1" in only("disorder", found)


@pytest.mark.parametrize("shown", [{ACTOR: 2}, {}], ids=["an older one", "none"])
def test_a_copy_that_is_not_of_the_last_event_is_disorder(shown: dict[str, int]) -> None:
    seen = sound()
    found = judge(replace(seen, copies=[*seen.copies, Copy("tours", ON_ACTORS, shown)]))
    assert only("disorder", found).startswith("tours shows actor-1 as of event")


def test_an_event_still_in_an_outbox_is_stuck() -> None:
    seen = sound()
    queued = {**seen.logged, "f3": replace(seen.logged["f2"], is_queued=True)}
    found = judge(replace(seen, logged=queued))
    assert only("stuck", found) == "f3 is still in the outbox of flows"


def test_an_event_that_a_reader_has_not_come_to_is_stuck() -> None:
    seen = sound()
    read = {**seen.acknowledged_to, ("impact", ON_ACTORS, 0): 2}
    found = judge(replace(seen, heard=without(seen, "impact", "a3"), acknowledged_to=read))
    assert only("stuck", found) == f"a3 is on {ON_ACTORS}, and impact has not come to it"


def test_a_letter_and_a_service_that_is_not_ready_are_stuck() -> None:
    found = judge(replace(sound(), letters=["flows: id"], unready=["tours does not answer"]))
    assert list(found.stuck) == ["flows: id was put aside", "tours does not answer"]


def test_what_comes_to_rest_too_late_is_stuck() -> None:
    assert judge(replace(sound(), caught_up_s=60.0)).holds
    late = judge(replace(sound(), caught_up_s=61.0))
    assert only("stuck", late) == "it came to rest 61 s after the last fault"


def a_report(seen: Seen) -> Report:
    return Report(
        seed=7,
        seconds=120.04,
        faults=12,
        kills=10,
        acknowledged=900,
        caught_up_seconds=15.26,
        verdict=judge(seen),
    )


def test_a_report_says_all_that_is_asked_of_it_in_this_order() -> None:
    report = a_report(replace(sound(), letters=["flows: id"], kept_baselines=[]))
    assert json.dumps(report.document) == (
        '{"seed": 7, "seconds": 120.0, "faults": 12, "kills": 10, "acknowledged": 900,'
        ' "lost": 1, "twice": 0, "disorder": 0, "stuck": 1, "caught_up_seconds": 15.3}'
    )


@pytest.mark.parametrize(
    ("seen", "code"),
    [(sound(), 0), (replace(sound(), letters=["flows: id"]), 1)],
    ids=["all is well", "something is stuck"],
)
def test_a_campaign_ends_well_only_when_nothing_was_found(
    seen: Seen, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, file = a_report(seen), tmp_path / "verdict.json"
    assert tell_report(report, file, kept=tmp_path) == code
    assert json.loads(file.read_text()) == report.document
    assert ("stuck: flows: id was put aside" in capsys.readouterr().out) == bool(code)
