"""Doors to what firms lend one another: requests, answers, and the calendar of a thing."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid, NotFound
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.sharing import (
    Move,
    Sharing,
    SharingStatus,
    Stretch,
    key_of_sharing,
)
from maillage_matching.entrypoints.views import Statuses, Version
from maillage_matching.usecases.ask_to_share import AskToShare, ask_to_share, lent
from maillage_matching.usecases.move_sharing import MoveSharing, move_sharing
from maillage_matching.usecases.store import Store
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Paged, carry_out, command, etag, query

SHOWN_DAYS_MAX = 366

Answering = Annotated[Door, command("matching.sharing.write")]
Starts = Annotated[AwareDatetime, Field(description="In whole minutes, with its offset.")]


class AskBody(Body):
    """What is asked for, for whom and when."""

    flow_id: FlowId = Field(description="A machine, premises or staff that its owner lends.")
    actor_id: ActorId = Field(description="Who would use it.")
    starts_at: Starts
    ends_at: Starts
    note: str = Field(default="", max_length=2000)


class AnswerBody(Body):
    """For which of the two parties one speaks."""

    actor_id: ActorId


class AcceptSharingBody(AnswerBody):
    """The owner agrees, to the time asked for or to another."""

    starts_at: Starts | None = None
    ends_at: Starts | None = None


class OtherTimeBody(AnswerBody):
    """The borrower asks for another time; the owner answers again."""

    starts_at: Starts
    ends_at: Starts


class SharingView(BaseModel):
    """A request, as both parties and their advisors see it."""

    sharing_id: UUID
    status: SharingStatus
    flow_id: FlowId
    kind: str
    label: str
    owner_id: ActorId
    borrower_id: ActorId
    starts_at: datetime
    ends_at: datetime
    note: str
    asked_at: datetime
    moves: tuple[Move, ...]
    version: Version


class BusyView(BaseModel):
    """A time that is promised; to whom is nobody else's business."""

    starts_at: datetime
    ends_at: datetime


class CalendarView(BaseModel):
    """When a thing is not to be had."""

    flow_id: FlowId
    busy: list[BusyView]


class SharingDoors:
    """What can be asked, answered and read about what is lent."""

    def __init__(self, runner: Runner[Store]) -> None:
        """Work through this runner."""
        self._runner = runner

    async def list(
        self,
        who: Annotated[Principal, query("matching.sharing.read")],
        page: Paged,
        status: Statuses = None,
    ) -> dict[str, Any]:
        """Requests, oldest first; an actor sees its own."""
        after, party = page.after(2), who.only_organisation
        rows = await self._runner.read(
            lambda store: store.sharings(
                statuses=status or (),
                party=None if party is None else ActorId(party),
                after=after,
                limit=page.limit + 1,
            )
        )
        found = page.of(rows, key=key_of_sharing)
        return {**found, "items": [_view(one) for one in found["items"]]}

    async def read(
        self,
        sharing_id: UUID,
        who: Annotated[Principal, query("matching.sharing.read")],
        response: Response,
    ) -> SharingView:
        """One request."""
        sharing = await self._runner.read(lambda store: store.sharing(sharing_id))
        if who.only_organisation not in {None, sharing.owner_id, sharing.borrower_id}:
            raise NotFound(f"no sharing request has the identifier {sharing_id}")
        response.headers["ETag"] = etag(sharing.version)
        return _view(sharing)

    async def calendar(
        self,
        _: Annotated[Principal, query("matching.calendar.read")],
        flow_id: UUID,
        starts_at: Annotated[AwareDatetime, Query()],
        ends_at: Annotated[AwareDatetime, Query()],
    ) -> CalendarView:
        """When something that is lent is promised already, within these bounds."""
        asked = _stretch(starts_at, ends_at)
        if not 0 <= (asked.ends_at - asked.starts_at).days <= SHOWN_DAYS_MAX:
            raise Invalid("ends_at", f"after its beginning, by {SHOWN_DAYS_MAX} days at most")
        busy = await self._runner.read(lambda store: _busy(store, FlowId(flow_id), asked))
        shown = [BusyView(**one._asdict()) for one in busy]
        return CalendarView(flow_id=FlowId(flow_id), busy=shown)

    async def ask(
        self, body: AskBody, door: Annotated[Door, command("matching.sharing.write")]
    ) -> dict[str, Any]:
        """Ask the owner; nothing is promised yet."""
        door.principal.must_own(body.actor_id)
        order = AskToShare(
            sharing_id=uuid7(),
            flow_id=body.flow_id,
            borrower_id=body.actor_id,
            stretch=_stretch(body.starts_at, body.ends_at),
            note=body.note,
            by=door.principal.subject,
        )
        return await carry_out(self._runner, ask_to_share, order, order.sharing_id, door=door)

    async def accept(
        self, sharing_id: UUID, body: AcceptSharingBody, door: Answering
    ) -> dict[str, Any]:
        """The owner agrees: the time is held until the borrower confirms or either refuses."""
        if (body.starts_at is None) != (body.ends_at is None):
            raise Invalid("ends_at", "both ends of the other time, or none")
        stretch = None
        if body.starts_at is not None and body.ends_at is not None:
            stretch = _stretch(body.starts_at, body.ends_at)
        return await self._move(sharing_id, "to_confirm", body, door, stretch)

    async def other_time(
        self, sharing_id: UUID, body: OtherTimeBody, door: Answering
    ) -> dict[str, Any]:
        """The borrower asks for another time: what was held is free again."""
        stretch = _stretch(body.starts_at, body.ends_at)
        return await self._move(sharing_id, "new", body, door, stretch)

    async def confirm(self, sharing_id: UUID, body: AnswerBody, door: Answering) -> dict[str, Any]:
        """The borrower confirms: both have agreed."""
        return await self._move(sharing_id, "confirmed", body, door)

    async def finish(self, sharing_id: UUID, body: AnswerBody, door: Answering) -> dict[str, Any]:
        """The owner has it back; otherwise it is finished when its time is over."""
        return await self._move(sharing_id, "finished", body, door)

    async def refuse(self, sharing_id: UUID, body: AnswerBody, door: Answering) -> dict[str, Any]:
        """Either says no, or calls it off."""
        return await self._move(sharing_id, "refused", body, door)

    async def _move(
        self,
        sharing_id: UUID,
        to: SharingStatus,
        body: AnswerBody,
        door: Door,
        stretch: Stretch | None = None,
    ) -> dict[str, Any]:
        door.principal.must_own(body.actor_id)
        order = MoveSharing(
            sharing_id=sharing_id,
            actor_id=body.actor_id,
            to=to,
            by=door.principal.subject,
            stretch=stretch,
            version=door.expected_version,
        )
        return await carry_out(self._runner, move_sharing, order, sharing_id, door=door)


async def _busy(store: Store, flow_id: FlowId, asked: Stretch) -> list[Stretch]:
    await lent(flow_id, store)
    return await store.held(flow_id, asked)


def _stretch(starts_at: datetime, ends_at: datetime) -> Stretch:
    try:
        return Stretch(starts_at.astimezone(UTC), ends_at.astimezone(UTC))
    except OverflowError as error:
        raise Invalid("starts_at", "a time of our days") from error


def _view(sharing: Sharing) -> SharingView:
    return SharingView(**{name: getattr(sharing, name) for name in SharingView.model_fields})
