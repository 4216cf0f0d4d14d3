"""Dead letters tried again: in the order of their lane, through the same use cases, once each."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from maillage_common.handlers import Handlers
from maillage_common.ledger import DeadLetter
from maillage_common.reading import plain
from maillage_common.transaction import Runner
from maillage_contracts.refusals import NotFound

S = TypeVar("S")


@dataclass(frozen=True)
class Replay:
    """What came of a lane: the letters that are done, and the one that it stopped at."""

    replayed: tuple[UUID, ...]
    stopped_at: UUID | None = None
    why: str | None = None


async def replay(runner: Runner[S], letter_id: UUID, handlers: Handlers[S]) -> Replay:
    """Try again a letter and what waits in its lane, up to the first that fails.

    Raises NotFound when neither it nor anything in its lane is parked.
    """
    done: list[UUID] = []
    consumer = runner.service
    try:
        while letter := await runner.replay_first(consumer, letter_id, handlers):
            done.append(letter.id)
    except Exception as error:  # noqa: BLE001 whatever a use case raises is written on the letter
        guilty = await _blame(runner, letter_id, error)
        return Replay(tuple(done), guilty and guilty.id, f"{type(error).__name__}: {error}")
    if not done:
        raise NotFound(f"nothing is parked with, or behind, {letter_id}")
    return Replay(tuple(done))


async def discard(runner: Runner[S], letter_id: UUID) -> None:
    """Give a letter up for good: what waits behind it may be replayed then. Raises NotFound."""
    async with runner.database.transaction() as (_, ledger):
        if not await ledger.close(letter_id, "discarded"):
            raise NotFound(f"no parked letter has the identifier {letter_id}")


async def _blame(runner: Runner[S], letter_id: UUID, error: Exception) -> DeadLetter | None:
    async with runner.database.transaction() as (_, ledger):
        guilty = await ledger.first_parked(runner.service, letter_id)
        if guilty is not None:
            await ledger.blame(guilty.id, type(error).__name__, plain(str(error)))
        return guilty
