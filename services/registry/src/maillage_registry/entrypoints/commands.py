"""How a door hands an order to the transaction, and what it answers when something came to be."""

from uuid import UUID

from fastapi import Response, status

from maillage_common.ledger import Outcome
from maillage_common.transaction import M, Runner, UseCase
from maillage_registry.usecases.store import Store
from maillage_serving.http import Door


async def carry_out(
    runner: Runner[Store], use_case: UseCase[M, Store], order: M, subject: UUID, *, door: Door
) -> Outcome:
    """Run the order of whoever came through this door."""
    return await runner.execute(
        use_case,
        order,
        subject=str(subject),
        context=door.context,
        idempotency=door.idempotency,
    )


def created_if_new(response: Response, outcome: Outcome, place: str) -> None:
    """201 and where it is when something came to be, 200 when it was there already."""
    response.status_code = status.HTTP_201_CREATED if outcome.events else status.HTTP_200_OK
    response.headers["Location"] = f"/v1/{place}/{outcome.subject}"
