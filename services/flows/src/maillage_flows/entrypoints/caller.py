"""What the doors have in common: how far a caller sees, pages, and how an order is handed over."""

from typing import Any
from uuid import UUID

from fastapi import Response, status

from maillage_common.ledger import Outcome
from maillage_common.transaction import M, Runner, UseCase
from maillage_contracts.refusals import Invalid
from maillage_flows.domain.reach import Reach
from maillage_flows.usecases.store import Store, Wanted
from maillage_serving.auth import Principal
from maillage_serving.http import Door, Page, answer


def reach(who: Principal) -> Reach:
    """How far a caller sees."""
    return Reach(
        sees_all="advisor" in who.roles, organisation=who.organisation, confined=who.confined
    )


def wanted(who: Principal, page: Page, **asked: Any) -> Wanted:  # noqa: ANN401 its fields
    """What part of a list a caller asks for, one more than the page holds; raises Invalid."""
    seen = page.after(1)
    try:
        after = None if seen is None else UUID(seen[0])
    except ValueError as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error
    return Wanted(reach=reach(who), limit=page.limit + 1, after=after, **asked)


async def carry_out(
    runner: Runner[Store], use_case: UseCase[M, Store], order: M, subject: UUID, *, door: Door
) -> dict[str, Any]:
    """Run an order about `subject` and say what happened."""
    return answer(await outcome(runner, use_case, order, subject, door=door))


async def outcome(
    runner: Runner[Store], use_case: UseCase[M, Store], order: M, subject: UUID, *, door: Door
) -> Outcome:
    """Run an order about `subject`."""
    return await runner.execute(
        use_case,
        order,
        subject=str(subject),
        context=door.context,
        idempotency=door.idempotency,
    )


def told_where(response: Response, done: Outcome, place: str) -> dict[str, Any]:
    """The answer to a declaration: 201 and where it is, 200 when nothing new was said."""
    if not done.events:
        response.status_code = status.HTTP_200_OK
    response.headers["Location"] = f"/v1/{place}/{done.subject}"
    return answer(done)
