"""What every store must keep of sharing requests, and that it promises no time twice."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

import pytest

from maillage_contracts.refusals import NotFound, Refused, Stale
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.sharing import HOLDS, Sharing, Stretch, key_of_sharing
from maillage_matching.usecases.store import Store

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OWNER, BORROWER, OTHER = (ActorId(an_id(name)) for name in ("Villaverde", "STRH", "Boucle"))
FORKLIFT, ROOM = (FlowId(an_id(name)) for name in ("forklift", "room"))
Do = Callable[[Callable[[Store], Awaitable[T]]], Awaitable[T]]


def hours(first: int, last: int) -> Stretch:
    return Stretch(NOW + timedelta(hours=first), NOW + timedelta(hours=last))


USUAL = hours(1, 3)


def a_request(name: str, stretch: Stretch = USUAL, **changes: Any) -> Sharing:  # noqa: ANN401 fields
    usual: dict[str, Any] = {
        "sharing_id": an_id(name),
        "flow_id": FORKLIFT,
        "kind": "equipment",
        "label": "Forklift",
        "owner_id": OWNER,
        "borrower_id": BORROWER,
        "starts_at": stretch.starts_at,
        "ends_at": stretch.ends_at,
        "asked_at": NOW,
    }
    return Sharing(**{**usual, **changes})


async def test_a_request_is_kept_version_by_version(do: Do[Any]) -> None:
    asked = a_request("first")
    await do(lambda store: store.save_sharing(asked))
    accepted = asked.moved("to_confirm", NOW, "anna", stretch=hours(2, 4))
    await do(lambda store: store.save_sharing(accepted))
    kept = await do(lambda store: store.sharing(asked.sharing_id, to_change=True))
    assert kept == accepted
    with pytest.raises(Stale):
        await do(lambda store: store.save_sharing(accepted))
    with pytest.raises(NotFound):
        await do(lambda store: store.sharing(an_id("never asked")))


async def test_time_promised_to_one_is_refused_to_another(do: Do[Any]) -> None:
    await do(lambda store: store.save_sharing(a_request("first", status="to_confirm")))
    later = a_request("second", hours(2, 5), status="confirmed")
    with pytest.raises(Refused, match="is promised to somebody else"):
        await do(lambda store: store.save_sharing(later))
    with pytest.raises(NotFound):
        await do(lambda store: store.sharing(later.sharing_id))


@pytest.mark.parametrize(
    "beside",
    [
        {"stretch": hours(3, 4)},
        {"stretch": hours(0, 1)},
        {"flow_id": ROOM},
        {"status": "new"},
        {"status": "refused"},
        {"status": "finished"},
    ],
)
async def test_what_does_not_meet_is_kept(do: Do[Any], beside: dict[str, Any]) -> None:
    await do(lambda store: store.save_sharing(a_request("first", status="confirmed")))
    changes: dict[str, Any] = {"status": "confirmed", **beside}
    other = a_request("second", **changes)
    await do(lambda store: store.save_sharing(other))
    assert await do(lambda store: store.sharing(other.sharing_id)) == other


async def test_what_is_refused_frees_its_time(do: Do[Any]) -> None:
    first = a_request("first", status="to_confirm")
    await do(lambda store: store.save_sharing(first))
    await do(lambda store: store.save_sharing(first.moved("refused", NOW, "anna")))
    await do(lambda store: store.save_sharing(a_request("second", status="to_confirm")))
    assert await do(lambda store: store.held(FORKLIFT, hours(0, 9))) == [hours(1, 3)]


async def test_of_two_at_the_same_moment_one_gets_the_time(do: Do[Any]) -> None:
    both = [a_request(name, status="to_confirm") for name in ("first", "second")]

    async def save(request: Sharing) -> bool:
        try:
            await do(lambda store: store.save_sharing(request))
        except Refused:
            return False
        return True

    got = await asyncio.gather(*(save(request) for request in both))
    assert sorted(got) == [False, True]


@pytest.mark.parametrize("seed", range(3))
async def test_no_history_of_promises_lets_two_meet(do: Do[Any], seed: int) -> None:
    """A store refuses exactly what meets something that it holds."""
    chance = Random(seed)  # noqa: S311 a history, no secret
    kept: dict[str, Sharing] = {}
    for number in range(40):
        first = chance.randrange(30)
        wanted = a_request(
            f"{seed} {number}",
            hours(first, first + chance.randint(1, 6)),
            flow_id=chance.choice((FORKLIFT, ROOM)),
            status=chance.choice(("new", "to_confirm", "confirmed")),
        )
        if kept and chance.random() < 0.3:  # another time for one that is there
            before = kept[chance.choice(list(kept))]
            starts_at, ends_at = wanted.stretch
            wanted = before.model_copy(
                update={"starts_at": starts_at, "ends_at": ends_at, "version": before.version + 1}
            )
        clash = wanted.status in HOLDS and any(
            one.flow_id == wanted.flow_id
            and one.status in HOLDS
            and one.sharing_id != wanted.sharing_id
            and one.starts_at < wanted.ends_at
            and wanted.starts_at < one.ends_at
            for one in kept.values()
        )
        try:
            await do(lambda store, request=wanted: store.save_sharing(request))
        except Refused:
            assert clash
        else:
            assert not clash
            kept[str(wanted.sharing_id)] = wanted
    held = [one for one in kept.values() if one.status in HOLDS and one.flow_id == FORKLIFT]
    shown = await do(lambda store: store.held(FORKLIFT, hours(-1, 100)))
    assert shown == sorted(one.stretch for one in held)


async def test_the_calendar_shows_what_meets_the_days_asked_for(do: Do[Any]) -> None:
    for name, stretch in (("a", hours(1, 3)), ("b", hours(5, 6)), ("c", hours(8, 9))):
        request = a_request(name, stretch, status="confirmed")
        await do(lambda store, request=request: store.save_sharing(request))
    asked = hours(2, 8)
    assert await do(lambda store: store.held(FORKLIFT, asked)) == [hours(1, 3), hours(5, 6)]
    but = an_id("a")
    assert await do(lambda store: store.held(FORKLIFT, asked, but=but)) == [hours(5, 6)]


async def test_requests_are_listed_for_their_parties(do: Do[Any]) -> None:
    rows = [
        a_request("a", asked_at=NOW),
        a_request("b", asked_at=NOW + timedelta(hours=1), borrower_id=OTHER, status="refused"),
        a_request("c", asked_at=NOW + timedelta(hours=2), owner_id=OTHER, borrower_id=OWNER),
    ]
    for row in rows:
        await do(lambda store, row=row: store.save_sharing(row))

    async def listed(**asked: Any) -> list[Sharing]:  # noqa: ANN401 as the store takes them
        usual: dict[str, Any] = {"statuses": (), "party": None, "after": None, "limit": 9}
        return await do(lambda store: store.sharings(**{**usual, **asked}))

    assert await listed() == rows
    assert await listed(limit=1) == rows[:1]
    assert await listed(after=key_of_sharing(rows[0])) == rows[1:]
    assert await listed(statuses=("refused",)) == [rows[1]]
    assert await listed(party=BORROWER) == [rows[0]]
    assert await listed(party=OWNER) == rows
    opened = await do(lambda store: store.open_sharings_of(OTHER))
    assert opened == [rows[2]]


async def test_what_was_confirmed_and_is_over_is_found(do: Do[Any]) -> None:
    over = a_request("over", hours(1, 3), status="confirmed")
    rows = [over, a_request("runs", hours(3, 9), status="confirmed"), a_request("new", hours(1, 2))]
    for row in rows:
        await do(lambda store, row=row: store.save_sharing(row))
    then = NOW + timedelta(hours=3)
    assert await do(lambda store: store.sharings_over(then, 9)) == [over]
    assert await do(lambda store: store.sharings_over(then, 0)) == []
