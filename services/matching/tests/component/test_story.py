"""The event log of a lead, read back as its explanation."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.matching import Lead
from maillage_contracts.samples import a_flow, a_flow_opened, a_wanted_flow, an_actor, an_id
from maillage_contracts.vocabulary import LeadId
from maillage_matching.adapters.event_log import read_log
from maillage_matching.domain.suppression import what_it_changes
from maillage_matching.entrypoints.story import main
from maillage_matching.usecases.store import Store
from maillage_matching.usecases.tell_story import story_of, subjects_of
from maillage_serving.testing import done, published, received

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Leads = Callable[[], Awaitable[list[Lead]]]
Door = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def lead(hear: Hear, look: Look, firms: list[object], surfaced: Leads) -> Lead:
    """The pallets of the usual pair, and another pair whose story is another one."""
    usual: dict[str, Any] = {"resource": {"label": "Wool", "spec": "wool"}, "activity_zone": None}
    others = an_actor(name="A"), an_actor(name="B")
    offer = a_flow(flow_id=an_id("wool"), actor_id=others[0].actor_id, **usual)
    need = a_wanted_flow(flow_id=an_id("no wool"), actor_id=others[1].actor_id, **usual)
    await hear(*firms, *others, a_flow(), a_wanted_flow(), offer, need)
    await look()
    return next(one for one in await surfaced() if one.resource == "pallet")


async def told(runner: Runner[Store], lead: Lead) -> list[str]:
    subjects = {str(one) for one in subjects_of(lead.lead_id)}
    log = await published(runner)
    return story_of(message for message in log if message.envelope.subject in subjects)


async def test_all_that_an_advisor_saw_stands_in_the_log(
    lead: Lead, runner: Runner[Store], door: Door
) -> None:
    async with door() as http:
        seen = (await http.get(f"/v1/leads/{lead.lead_id}")).json()
        await done(http, f"leads/{lead.lead_id}/reject", {"reasons": ["contamination", "no_time"]})
    shown, *rest = await told(runner, lead)
    assert shown == (
        f"2026-11-23 12:00 shown to advisors: substitution of pallet, from engine,"
        f" score {seen['score']}"
    )
    reasons = [f"    {line}" for line in seen["explanation"]]
    gates = [f"    [{g['verdict']}] {g['code']}: {g['reason']}" for g in seen["gates"]]
    assert len(gates) > 10
    assert rest[:-3] == [*reasons, *gates]
    assert rest[-3:] == [
        "2026-11-23 12:00 turned down: contamination, no_time",
        f"    contamination: {what_it_changes('contamination')}",
        f"    no_time: {what_it_changes('no_time')}",
    ]


async def play_to_the_end(lead: Lead, door: Door) -> None:
    parties = [{"actor_id": str(one), "role": "party", "share": "0.5"} for one in lead.actor_ids]
    async with door() as http:
        case = (await done(http, f"leads/{lead.lead_id}/accept"))["id"]
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        await done(http, f"cases/{case}/introduce", {"channel": "visit"})
        await done(http, f"cases/{case}/move", {"to": "feasibility"})
        agreed = {"parties": parties, "starts_on": "2026-12-01"}
        synergy = (await done(http, f"cases/{case}/agree", agreed))["id"]
        over = {"ended_on": "2027-06-30", "reason": "moved", "attribution": "no"}
        await done(http, f"synergies/{synergy}/end", over)


END = [
    "2 parties introduced (visit): they hear of it now",
    "agreed, from 2026-12-01: party 0.5, party 0.5",
    "ended on 2027-06-30: moved",
    "would it have happened without the hub? no",
]


async def test_what_became_of_it_is_told_to_the_end(
    lead: Lead, runner: Runner[Store], door: Door
) -> None:
    await play_to_the_end(lead, door)
    story = await told(runner, lead)
    assert [line.removeprefix("2026-11-23 12:00 ").strip() for line in story[-4:]] == END


@pytest.fixture
def settings(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a process of matching over the database of this test."""
    address, secret = urlsplit(database), tmp_path / "password"
    secret.write_text(address.password or "")
    for name, value in {
        "TERRITORY": "jourdies",
        "DATABASE_URL": database.replace(f":{address.password}@", "@"),
        "DATABASE_PASSWORD_FILE": str(secret),
        "KAFKA_BOOTSTRAP": "localhost:9092",
        "AUTH_ISSUER": "https://issuer.example",
        "AUTH_JWKS_FILE": "keys.json",
    }.items():
        monkeypatch.setenv(f"MAILLAGE_{name}", value)


@pytest.mark.integration
@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_the_command_reads_the_log_of_the_database(
    lead: Lead, runner: Runner[Store], door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    await play_to_the_end(lead, door)
    assert await asyncio.to_thread(main, [str(lead.lead_id)], read_log) == 0
    assert capsys.readouterr().out.splitlines() == await told(runner, lead)
    assert await asyncio.to_thread(main, [str(an_id("nothing"))], read_log) == 1
    assert "tells nothing" in capsys.readouterr().err


def test_a_setting_that_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAILLAGE_TERRITORY", raising=False)
    assert main([str(an_id("lead"))], read_log) == 2
    assert "MAILLAGE_TERRITORY" in capsys.readouterr().err


def test_what_has_no_words_is_told_by_its_type() -> None:
    [line] = story_of([received(a_flow_opened())])
    assert line.endswith("org.maillage.flow.opened.v1")


def test_another_lead_has_other_subjects() -> None:
    one, other = (set(subjects_of(LeadId(UUID(int=n)))) for n in (1, 2))
    assert not one & other
