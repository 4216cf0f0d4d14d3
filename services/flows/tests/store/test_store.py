"""One suite over both stores: what is kept comes back, and is found."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.samples import BONNEVILLE, JOURDIES, a_place, an_id
from maillage_flows.adapters.memory import MemoryStore
from maillage_flows.domain.actor import Actor, Site
from maillage_flows.domain.flow import Flow, Status
from maillage_flows.domain.note import FieldNote
from maillage_flows.domain.question import Question
from maillage_flows.domain.reach import Reach
from maillage_flows.domain.round import Round, RoundTold
from maillage_flows.usecases.store import Due, KnownActor, Store, Wanted
from maillage_flows.wiring import service
from maillage_serving.testing import changing, either_runner, reading

FlowMaker = Callable[..., Flow]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VILLAVERDE, STRH = an_id("Villaverde"), an_id("STRH")
ADVISOR = Reach(sees_all=True)
SITES = (Site(an_id("shop"), JOURDIES, "jourdies"), Site(an_id("nursery"), BONNEVILLE))


@pytest.fixture
async def runner(database: str | None) -> AsyncIterator[Runner[Store]]:
    async with either_runner(database, service(), MemoryStore()) as started:
        yield started


@pytest.fixture
async def known(runner: Runner[Store]) -> Runner[Store]:
    """Two actors are known."""
    async with changing(runner) as store:
        await store.keep_actors([KnownActor(VILLAVERDE, 1, sites=SITES), KnownActor(STRH, 1)])
    return runner


def number(of: int) -> UUID:
    return UUID(int=of)


def wanted(**changes: object) -> Wanted:
    usual: dict[str, object] = {"reach": ADVISOR, "limit": 50}
    return Wanted(**(usual | changes))  # pyright: ignore[reportArgumentType] fields by name


def a_question(of: int, attribute: str = "form", flow: int = 1) -> Question:
    return Question(
        question_id=number(of),
        flow_id=number(flow),
        actor_id=VILLAVERDE,
        attribute=attribute,
        why="it decides",
        asked_by="matching",
        asked_at=NOW,
    )


def a_round(of: int, actor_id: UUID = VILLAVERDE) -> Round:
    told = RoundTold.model_validate(
        {
            "label": "Tournée",
            "weekdays": [1],
            "departs_at": "06:30",
            "vehicle_class": "van",
            "energy": "diesel",
            "stops": [a_place()],
            "distance_km": "29.5",
            "empty_km": "12",
            "carried_kg": "160",
            "free": [{"leg": "back", "mass_kg": "400"}],
            "cost_per_round": {"amount": "58.00"},
        }
    )
    return Round(number(of), actor_id, told)


# Actors


async def test_an_actor_comes_back_with_its_sites(known: Runner[Store]) -> None:
    async with changing(known) as store:
        assert await store.actor(VILLAVERDE) == Actor(VILLAVERDE, sites=SITES)
        assert await store.actor(STRH) == Actor(STRH)
        assert await store.actor(an_id("nobody")) is None


async def test_only_what_is_newer_is_kept_of_an_actor(known: Runner[Store]) -> None:
    async with changing(known) as store:
        await store.keep_actors([KnownActor(STRH, 3, is_closed=True), KnownActor(VILLAVERDE, 2)])
        await store.keep_actors([KnownActor(STRH, 2), KnownActor(VILLAVERDE, 2, is_closed=True)])
    async with changing(known) as store:
        assert await store.actor(STRH) == Actor(STRH, is_closed=True)
        assert await store.actor(VILLAVERDE) == Actor(VILLAVERDE)


async def test_only_the_last_word_on_a_consent_is_kept(known: Runner[Store]) -> None:
    async with changing(known) as store:
        assert await store.keep_consent(STRH, 2, is_given=False)
        assert not await store.keep_consent(STRH, 1, is_given=True)
        assert not await store.keep_consent(STRH, 2, is_given=True)
        assert await store.actor(STRH) == Actor(STRH, consents=False)
        assert await store.keep_consent(STRH, 3, is_given=True)
        assert await store.actor(STRH) == Actor(STRH)


async def test_a_consent_alone_makes_no_actor(runner: Runner[Store]) -> None:
    async with changing(runner) as store:
        assert await store.keep_consent(STRH, 1, is_given=False)
        assert await store.actor(STRH) is None
        await store.keep_actors([KnownActor(STRH, 1)])
        assert await store.actor(STRH) == Actor(STRH, consents=False)


# Flows


async def test_a_flow_comes_back_whole(known: Runner[Store], a_flow: FlowMaker) -> None:
    flow = a_flow(
        "open",
        stage="qualified",
        was_open=True,
        held_by=an_id("case"),
        reason="case_introduced",
        open_questions=("form", "cross_border"),
        fingerprint="f" * 64,
        version=7,
        site_id=an_id("shop"),
        position=JOURDIES,
        activity_zone="jourdies",
        confidence="measured",
        visibility="private",
        resource={
            "label": "Huiles “moteur” usagées",
            "spec": "used_oil",
            "waste_code": "13 02 05*",
            "functions": ["energy_feedstock"],
        },
        condition={"physical": "liquid", "form": "drum", "temperature": "ambient"},
        legal={"waste_status": "waste", "is_hazardous": True, "is_food_grade": False},
        quantity={"value": "0.500000", "unit": "t", "per": "P1M"},
        per_pickup={"value": "999999999999.999999", "unit": "kg"},
        cost_today={"amount": "-1100.50", "currency": "CHF"},
        pain_rank=2,
        available_from="2026-01-01",
        available_until="2027-12-31",
    )
    async with changing(known) as store:
        assert await store.add_flow(flow)
        assert not await store.add_flow(replace(flow, status="ended"))
    async with changing(known) as store:
        assert await store.flow(flow.flow_id) == (flow, Actor(VILLAVERDE, sites=SITES))
        assert await store.flow(an_id("nothing")) is None
    async with reading(known) as store:
        assert await store.seen_flow(flow.flow_id) == flow
        assert await store.seen_flow(an_id("nothing")) is None


async def test_changed_flows_are_found_by_what_they_are_now(
    known: Runner[Store], a_flow: FlowMaker
) -> None:
    flows = [a_flow(flow_id=number(n)) for n in (1, 2, 3)]
    later = a_flow(
        "open",
        flow_id=number(1),
        version=2,
        kind="waste",
        direction="in",
        visibility="public",
        activity_zone="bonneville",
        resource={"label": "Cartons", "spec": "cardboard"},
    )
    async with changing(known) as store:
        for flow in flows:
            await store.add_flow(flow)
        held = replace(flows[1], status="committed", held_by=an_id("synergy"), version=2)
        await store.save_flows([later, held])
    async with reading(known) as store:
        for asked in (
            {"kind": "waste"},
            {"direction": "in"},
            {"zone": "bonneville"},
            {"spec": "cardboard"},
            {"text": "CARTON"},
            {"status": "open"},
            {"reach": Reach(sees_all=False), "kind": "waste"},
        ):
            assert await store.seen_flows(wanted(**asked)) == [later]
        assert await store.seen_flows(wanted()) == [later, held, flows[2]]
    async with changing(known) as store:
        actor = Actor(VILLAVERDE, sites=SITES)
        assert await store.flows_held_by(an_id("synergy")) == [(held, actor)]
        assert await store.flows_held_by(an_id("nothing")) == []
        assert await store.flows([number(3), number(1), number(9)]) == [later, flows[2]]
        assert await store.flows([]) == []


async def test_the_flows_of_an_actor_by_status(known: Runner[Store], a_flow: FlowMaker) -> None:
    statuses: tuple[Status, ...] = ("open", "declared", "ended")
    flows = [a_flow(status, flow_id=number(n)) for n, status in enumerate(statuses, 1)]
    other = a_flow("open", flow_id=number(9), actor_id=STRH)
    async with changing(known) as store:
        for flow in (*flows, other):
            await store.add_flow(flow)
        assert await store.flows_of(VILLAVERDE, ("open", "ended")) == [flows[0], flows[2]]
        assert await store.flows_of(STRH, ("declared",)) == []


async def test_what_time_has_left_behind(known: Runner[Store], a_flow: FlowMaker) -> None:
    old, today = NOW - timedelta(days=181), date(2026, 11, 23)
    yesterday = today - timedelta(days=1)
    due = [
        a_flow("observed", flow_id=number(1), observed_at=old),
        a_flow("open", flow_id=number(2), observed_at=old),
        a_flow("open", flow_id=number(3), observed_at=NOW, available_until=yesterday),
        a_flow("stale", flow_id=number(4), observed_at=old, available_until=yesterday),
    ]
    not_due = [
        a_flow("open", flow_id=number(11), observed_at=NOW, available_until=today),
        a_flow("open", flow_id=number(12), observed_at=NOW - timedelta(days=180)),
        a_flow("stale", flow_id=number(13), observed_at=old),
        a_flow("reserved", flow_id=number(14), observed_at=old, available_until=yesterday),
        a_flow("committed", flow_id=number(15), observed_at=old),
        a_flow("expired", flow_id=number(16), observed_at=old, available_until=yesterday),
    ]
    async with changing(known) as store:
        for flow in (*due, *not_due):
            await store.add_flow(flow)
        before = NOW - timedelta(days=180)
        assert await store.flows_due(Due(before, today, 50)) == due
        assert await store.flows_due(Due(before, today, 2)) == due[:2]


async def test_lists_obey_reach_and_pages(known: Runner[Store], a_flow: FlowMaker) -> None:
    flows = [
        a_flow(flow_id=number(1), visibility="private"),
        a_flow(flow_id=number(2), visibility="case", actor_id=STRH),
        a_flow(flow_id=number(3), visibility="members", actor_id=STRH),
        a_flow(flow_id=number(4), visibility="public"),
    ]
    async with changing(known) as store:
        for flow in flows:
            await store.add_flow(flow)
    own = Reach(sees_all=False, organisation=VILLAVERDE)
    async with reading(known) as store:
        assert await store.seen_flows(wanted()) == flows
        assert await store.seen_flows(wanted(reach=own)) == [flows[0], *flows[2:]]
        assert await store.seen_flows(wanted(reach=Reach(sees_all=False))) == flows[2:]
        assert await store.seen_flows(wanted(limit=2)) == flows[:2]
        assert await store.seen_flows(wanted(after=number(2))) == flows[2:]
        assert await store.seen_flows(wanted(actor_id=STRH)) == flows[1:3]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "dechets%"])
async def test_a_search_has_no_magic_signs(
    known: Runner[Store], a_flow: FlowMaker, text: str
) -> None:
    async with changing(known) as store:
        await store.add_flow(a_flow(resource={"label": "Déchets verts"}))
    async with reading(known) as store:
        assert await store.seen_flows(wanted(text=text)) == []
        assert len(await store.seen_flows(wanted(text="DECHETS V"))) == 1


# Agreements, notes, questions, rounds


async def test_an_agreement_is_remembered(runner: Runner[Store]) -> None:
    async with changing(runner) as store:
        assert not await store.is_agreed(an_id("case"))
        await store.keep_agreement(an_id("case"))
        await store.keep_agreement(an_id("case"))
        assert await store.is_agreed(an_id("case"))


async def test_notes_are_found(known: Runner[Store], a_flow: FlowMaker) -> None:
    notes = [
        FieldNote(
            note_id=number(n),
            flow_id=number(n),
            actor_id=actor_id,
            direction="out",
            what="Palettes",
            text="Derrière le hangar\n25 par mois",
            noted_by="advisor-1",
            noted_at=NOW,
        )
        for n, actor_id in enumerate((VILLAVERDE, STRH, STRH), 1)
    ]
    async with changing(known) as store:
        for note in notes:
            await store.add_flow(a_flow(flow_id=note.flow_id, actor_id=note.actor_id))
            await store.add_note(note)
    async with reading(known) as store:
        assert await store.seen_notes(wanted()) == notes
        assert await store.seen_notes(wanted(actor_id=STRH, limit=1)) == [notes[1]]
        assert await store.seen_notes(wanted(flow_id=number(1))) == [notes[0]]
        assert await store.seen_notes(wanted(after=number(2))) == [notes[2]]


async def test_questions_are_closed_by_flow_and_attribute(
    known: Runner[Store], a_flow: FlowMaker
) -> None:
    async with changing(known) as store:
        for flow in (1, 2):
            await store.add_flow(a_flow(flow_id=number(flow)))
        assert await store.add_question(a_question(1))
        assert await store.add_question(a_question(2, "physical"))
        assert await store.add_question(a_question(3, flow=2))
        assert not await store.add_question(a_question(1, "contamination"))
        await store.close_questions([(number(1), "form"), (number(2), "physical")], "answered", NOW)
        await store.keep_answer(number(1), "balles")
        # asked again later, and dropped: what is closed stays as it was
        assert await store.add_question(a_question(4))
        await store.close_questions([(number(1), "form")], "dropped", NOW + timedelta(days=1))
    async with reading(known) as store:
        closed = replace(a_question(1), status="answered", closed_at=NOW, answer="balles")
        assert await store.question(number(1)) == closed
        assert await store.question(number(9)) is None
        found = await store.seen_questions(wanted())
        assert [q.status for q in found] == ["answered", "open", "open", "dropped"]
        assert await store.seen_questions(wanted(status="answered")) == [closed]
        assert await store.seen_questions(wanted(flow_id=number(2))) == [a_question(3, flow=2)]
        assert len(await store.seen_questions(wanted(actor_id=VILLAVERDE, after=number(1)))) == 3
        own = Reach(sees_all=False, organisation=VILLAVERDE)
        other = Reach(sees_all=False, organisation=STRH)
        assert len(await store.seen_questions(wanted(reach=own))) == 4
        assert await store.seen_questions(wanted(reach=other)) == []


async def test_rounds_are_kept_and_found(known: Runner[Store]) -> None:
    rounds = [a_round(1), a_round(2), a_round(3, STRH)]
    async with changing(known) as store:
        for one in rounds:
            assert await store.add_round(one)
        assert not await store.add_round(replace(rounds[0], status="ended"))
        ended = replace(rounds[1], status="ended", version=2)
        await store.save_rounds([ended])
        await store.save_rounds([])
    async with changing(known) as store:
        assert await store.round(number(2)) == ended
        assert await store.round(number(9)) is None
        assert await store.rounds_of(VILLAVERDE, "active") == [rounds[0]]
    async with reading(known) as store:
        assert await store.seen_round(number(1)) == rounds[0]
        assert await store.seen_round(number(9)) is None
        assert await store.seen_rounds(wanted()) == [rounds[0], ended, rounds[2]]
        assert await store.seen_rounds(wanted(status="ended")) == [ended]
        assert await store.seen_rounds(wanted(actor_id=STRH)) == [rounds[2]]
        assert await store.seen_rounds(wanted(after=number(1), limit=1)) == [ended]
