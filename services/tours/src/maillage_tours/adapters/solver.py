"""The solver as the rest sees it: a child process per plan, killed when it takes too long."""

import asyncio
import pickle
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from signal import SIGXCPU

import structlog

from maillage_contracts.refusals import Refused
from maillage_tours.adapters.question import SOLUTION, Question
from maillage_tours.domain.problem import Problem, Search, Solution
from maillage_tours.domain.proof import prove

GRACE_S = 30.0
"""Process time beyond the search itself: starting, a first solution, mending, explaining.

For 430 jobs from door to door about 6 s, and several times that where others share the caches.
"""
BESIDE_LOAD = 10
"""By the clock, a busy machine takes so many times as long; after that the process hangs."""
TOO_LONG = "ask for fewer iterations or fewer seconds, or for fewer orders"
WAITING_MAX = 4
HISTORIES = (20, 300)
"""With little time 20 is better, with much 300 (tours measured on Li & Lim, 2026-08)."""

log = structlog.get_logger()


class SolverBroke(Exception):
    """The solver's process ended without an answer; the message is the end of what it said."""


class ChildSolver:
    """One plan at a time, by searches in processes of their own: the event loop never waits.

    They differ in seed and in how long they remember (`histories`); the cheapest answer that is
    proved is kept.
    """

    def __init__(
        self,
        *,
        command: tuple[str, ...] = (sys.executable, "-m", "maillage_tours.adapters.solve"),
        grace_s: float = GRACE_S,
        histories: tuple[int, ...] = HISTORIES,
    ) -> None:
        self._command = command
        self._grace_s = grace_s
        self._histories = histories
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0

    async def solve(self, problem: Problem, search: Search) -> Solution:
        """Raises Refused when it takes too long or too many wait, SolverBroke when it fails."""
        if self._waiting >= WAITING_MAX:
            raise Refused("several plans are being computed already: try again in a minute")
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                return await self._solve(problem, search)
        finally:
            self._waiting -= 1

    async def _solve(self, problem: Problem, search: Search) -> Solution:
        questions = [
            Question(problem, replace(search, seed=search.seed + place), history=history)
            for place, history in enumerate(self._histories)
        ]
        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self.ask(question)) for question in questions]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed
        solution = best_of(problem, [task.result() for task in asked])
        log.info(
            "plan_searched",
            demands=len(problem.demands),
            left=len(solution.left),
            iterations=solution.iterations,
            seconds=round(solution.seconds, 2),
        )
        return solution

    async def ask(self, question: Question) -> Solution:
        """One search, at once; raises Refused when it takes too long, SolverBroke when it fails."""
        search = question.search
        cpu_s_max = min(search.seconds, search.cpu_seconds or search.seconds) + self._grace_s
        limit_s = search.seconds + self._grace_s * BESIDE_LOAD
        question = replace(question, cpu_seconds_max=int(cpu_s_max) + 1)
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(limit_s):
                out, errors = await process.communicate(pickle.dumps(question))
        except TimeoutError as error:
            raise Refused(f"no plan after {limit_s:.0f} s: {TOO_LONG}") from error
        finally:
            await _end(process)
        if process.returncode == -SIGXCPU:
            raise Refused(f"no plan after {cpu_s_max:.0f} s of computing: {TOO_LONG}")
        if process.returncode != 0:
            raise SolverBroke(errors.decode(errors="replace")[-2000:])
        return SOLUTION.validate_json(out)


def best_of(problem: Problem, solutions: Sequence[Solution]) -> Solution:
    """The one that leaves least and costs least; raises SolverBroke when none is proved."""
    proofs = [prove(problem, one.routes, one.left) for one in solutions]
    good = [
        (len(one.left), proof.cost, place)
        for place, (one, proof) in enumerate(zip(solutions, proofs, strict=True))
        if not proof.faults
    ]
    if not good:
        raise SolverBroke("; ".join(proofs[0].faults[:5]))
    return solutions[min(good)[2]]


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave no process behind, also when the caller was cancelled."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
