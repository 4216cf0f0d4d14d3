"""Doors to the rounds that are driven already."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.flows import ExistingRound
from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import ActorId, RoundId
from maillage_flows.domain.round import Round, RoundStatus, RoundTold
from maillage_flows.entrypoints.caller import reach, told_where, wanted
from maillage_flows.usecases.declare_round import (
    DeclareRound,
    EndRound,
    declare_round,
    end_a_round,
)
from maillage_flows.usecases.show import show_round
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import told_round
from maillage_serving.auth import Principal
from maillage_serving.http import Door, Paged, carry_out, command, etag, query


class RoundBody(RoundTold):
    """A round. With a round_id of the caller's, the same again changes nothing."""

    actor_id: ActorId
    round_id: RoundId | None = None
    status: Literal["active"] = "active"

    def told(self) -> RoundTold:
        """What is said of it."""
        return RoundTold(**{name: getattr(self, name) for name in RoundTold.model_fields})


class RoundShown(ExistingRound):
    """A round as it is published, and its version."""

    version: int


def shown(known: Round) -> RoundShown:
    """The round for a reader."""
    return RoundShown(**dict(told_round(known).round), version=known.version)


Declare = Annotated[Door, command("flows.round.declare")]


class RoundDoors:
    """Every path below /v1/rounds."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def declare(self, body: RoundBody, door: Declare, response: Response) -> dict[str, Any]:
        """Declare a round, or how one that is known is driven now."""
        round_id = body.round_id or RoundId(uuid7())
        return await self._declared(round_id, body, door, response)

    async def put(
        self, round_id: UUID, body: RoundBody, door: Declare, response: Response
    ) -> dict[str, Any]:
        """Say how a round is driven now, whole."""
        if body.round_id not in (None, round_id):
            raise Invalid("round_id", "differs from the one in the path: leave it out")
        return await self._declared(RoundId(round_id), body, door, response)

    async def _declared(
        self, round_id: RoundId, body: RoundBody, door: Door, response: Response
    ) -> dict[str, Any]:
        door.principal.must_own(body.actor_id)
        order = DeclareRound(
            round_id=round_id,
            actor_id=body.actor_id,
            told=body.told(),
            expected_version=door.expected_version,
        )
        told = await carry_out(self._runner, declare_round, order, round_id, door=door)
        return told_where(response, told, "rounds")

    async def end(self, round_id: UUID, door: Declare) -> dict[str, Any]:
        """Say that a round is no longer driven."""
        order = EndRound(
            round_id=round_id,
            reach=reach(door.principal),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, end_a_round, order, round_id, door=door)

    async def read(
        self,
        round_id: UUID,
        who: Annotated[Principal, query("flows.round.read")],  # noqa: ARG002 the permission asked
        response: Response,
    ) -> RoundShown:
        """Read a round."""
        found = await self._runner.read(lambda store: show_round(round_id, store))
        response.headers["ETag"] = etag(found.version)
        return shown(found)

    async def list(
        self,
        who: Annotated[Principal, query("flows.round.read")],
        page: Paged,
        actor_id: UUID | None = None,
        status: RoundStatus | None = None,
    ) -> dict[str, Any]:
        """List rounds."""
        part = wanted(who, page, actor_id=actor_id, status=status)
        found = await self._runner.read(lambda store: store.seen_rounds(part))
        return page.of([shown(known) for known in found], key=lambda r: (str(r.round_id),))
