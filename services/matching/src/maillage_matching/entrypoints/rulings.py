"""Doors to rulings: what advisors hold to be shut by the rules, proposed and adopted."""

from typing import Annotated, Any
from uuid import UUID

from maillage_common.transaction import Runner
from maillage_matching.domain.ruling import RulingStatus
from maillage_matching.entrypoints.leads import Note
from maillage_matching.usecases.decide_ruling import DecideRuling, decide_ruling
from maillage_matching.usecases.store import Store, key_of_ruling
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Paged, carry_out, command, query

Deciding = Annotated[Door, command("matching.ruling.decide")]


class RulingBody(Body):
    """Why, if that needs a word."""

    note: Note | None = None


class RulingDoors:
    """What can be asked and decided about rulings."""

    def __init__(self, runner: Runner[Store]) -> None:
        """Work through this runner."""
        self._runner = runner

    async def list(
        self,
        _: Annotated[Principal, query("matching.ruling.read")],
        page: Paged,
        status: RulingStatus | None = None,
    ) -> dict[str, Any]:
        """Such things for such needs, why, and who said so, by when they were proposed."""
        after = page.after(2)
        rows = await self._runner.read(
            lambda store: store.rulings(status=status, after=after, limit=page.limit + 1)
        )
        return page.of(rows, key=key_of_ruling)

    async def adopt(self, ruling_id: UUID, body: RulingBody, door: Deciding) -> dict[str, Any]:
        """Make it a gate: no such lead any more. Where there are several advisors, by another."""
        return await self._decided(ruling_id, "adopted", body, door)

    async def decline(self, ruling_id: UUID, body: RulingBody, door: Deciding) -> dict[str, Any]:
        """Leave the gate open; it is proposed again when it is said again."""
        return await self._decided(ruling_id, "declined", body, door)

    async def lift(self, ruling_id: UUID, body: RulingBody, door: Deciding) -> dict[str, Any]:
        """Open the gate again."""
        return await self._decided(ruling_id, "lifted", body, door)

    async def _decided(
        self, ruling_id: UUID, to: RulingStatus, body: RulingBody, door: Door
    ) -> dict[str, Any]:
        order = DecideRuling(
            ruling_id=ruling_id,
            to=to,
            by=door.principal.subject,
            note=body.note,
            version=door.expected_version,
        )
        return await carry_out(self._runner, decide_ruling, order, ruling_id, door=door)
