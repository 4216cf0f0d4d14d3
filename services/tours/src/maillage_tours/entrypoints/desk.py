"""What the HTTP doors share: who runs commands, on which terms, with which solver."""

from dataclasses import dataclass
from typing import Any, TypeVar

from maillage_common.transaction import Runner, UseCase
from maillage_serving.http import Door, answer
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.plan_day import Matrices, Solver
from maillage_tours.usecases.store import Store

M = TypeVar("M")


@dataclass(frozen=True)
class Desk:
    """One for each process."""

    runner: Runner[Store]
    terms: Terms
    matrices: Matrices
    solver: Solver

    async def run(
        self, door: Door, use_case: UseCase[M, Store], command: M, *, subject: object
    ) -> dict[str, Any]:
        """Run the command of who came in by a door, and answer it."""
        outcome = await self.runner.execute(
            use_case,
            command,
            subject=str(subject),
            context=door.context,
            idempotency=door.idempotency,
        )
        return answer(outcome)
