"""Somebody says which round it drives, and what room that leaves."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import NotFound, Refused, Stale
from maillage_flows.domain.reach import Reach
from maillage_flows.domain.round import Round, RoundTold, check_round, end_round, retold
from maillage_flows.usecases.at_hand import known_actor
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import told_round


@dataclass(frozen=True, kw_only=True)
class DeclareRound:
    """A round as it is driven now."""

    round_id: UUID
    actor_id: UUID
    told: RoundTold
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class EndRound:
    """Which round is no longer driven."""

    round_id: UUID
    reach: Reach
    expected_version: int | None = None


async def declare_round(command: DeclareRound, store: Store, now: datetime) -> Iterable[Event]:
    """Keep a new round, or how a known one has changed; the same words change nothing."""
    check_round(command.told)
    known = await store.round(command.round_id)
    if known is None:
        await known_actor(command.actor_id, store)
        new = Round(command.round_id, command.actor_id, command.told)
        await store.add_round(new)
        return [told_round(new)]
    if known.actor_id != command.actor_id:
        raise Refused("this round_id is in use for a round of another actor: choose another")
    _must_be(known, command.expected_version)
    again = retold(known, command.told)
    if again == known:
        return ()
    await known_actor(command.actor_id, store)
    return await _kept(known, again, store)


async def end_a_round(command: EndRound, store: Store, now: datetime) -> Iterable[Event]:
    """Its room is to be had no longer."""
    known = await store.round(command.round_id)
    if known is None or not command.reach.changes(known.actor_id, "members"):
        raise NotFound(f"no round has the identifier {command.round_id}")
    _must_be(known, command.expected_version)
    return await _kept(known, end_round(known), store)


def _must_be(known: Round, version: int | None) -> None:
    if version not in (None, known.version):
        raise Stale(expected=version, found=known.version)


async def _kept(before: Round, after: Round, store: Store) -> list[Event]:
    kept = replace(after, version=before.version + 1)
    await store.save_rounds([kept])
    return [told_round(kept)]
