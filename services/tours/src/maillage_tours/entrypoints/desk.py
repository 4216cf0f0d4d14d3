"""What the HTTP doors share: who runs commands, on which terms, with which solver."""

from dataclasses import dataclass

from maillage_common.transaction import Runner
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.plan_day import Matrices, Solver
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class Desk:
    """One for each process."""

    runner: Runner[Store]
    terms: Terms
    matrices: Matrices
    solver: Solver
