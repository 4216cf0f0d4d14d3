"""Rounds that others drive, as the store keeps them."""

from collections.abc import Sequence
from typing import Protocol

from maillage_matching.domain.existing_round import Round


class KnownRounds(Protocol):
    """Copies of what flows says of rounds. Late events never undo newer ones."""

    async def follow_rounds(self, rounds: Sequence[tuple[Round, int]]) -> list[Round]:
        """Keep rounds with the sequence of their event. Of what is newer: as it was, as it is."""
        ...

    async def rounds(self, limit: int) -> list[Round]:
        """Those that are driven, in the order of their identifiers."""
        ...
