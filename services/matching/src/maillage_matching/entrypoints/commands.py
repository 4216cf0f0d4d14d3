"""What every command door does: run the use case in one transaction and tell what it did."""

from typing import Any, TypeVar
from uuid import UUID

from maillage_common.transaction import Runner, UseCase
from maillage_matching.usecases.store import Store
from maillage_serving.http import Door, answer

M = TypeVar("M")


async def carry_out(
    runner: Runner[Store], use_case: UseCase[M, Store], order: M, subject: UUID, *, door: Door
) -> dict[str, Any]:
    """The answer to the command; refusals rise to the kernel, which answers them."""
    outcome = await runner.execute(
        use_case,
        order,
        subject=str(subject),
        context=door.context,
        idempotency=door.idempotency,
    )
    return answer(outcome)
