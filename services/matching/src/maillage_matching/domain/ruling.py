"""What advisors hold to be shut by the rules: such things for such needs, whoever the firms are.

Turning a lead down for a reason of law proposes it. Once it is adopted, by a second advisor where
there are several, it is a gate.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import LeadId
from maillage_matching.domain.kept import Kept

RulingStatus = Literal["proposed", "adopted", "declined", "lifted"]

NEXT: dict[RulingStatus, frozenset[RulingStatus]] = {
    "proposed": frozenset({"adopted", "declined"}),
    "adopted": frozenset({"lifted"}),
    "declined": frozenset({"proposed"}),
    "lifted": frozenset({"proposed"}),
}
"""Only what is adopted shuts the gate. What is over is proposed again when it is said again."""
VOICES_MAX = 20
"""Kept of each ruling, the last ones."""


class Voice(Kept):
    """Who said it, when, and of which lead."""

    by: str
    at: datetime
    lead_id: LeadId
    note: str | None = None


class Ruling(Kept):
    """A resource, the need that it must not serve, and why. `voices` are in the order they came."""

    ruling_id: UUID
    resource: str
    need: str
    reason: str
    proposed_at: datetime
    voices: tuple[Voice, ...]
    status: RulingStatus = "proposed"
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    version: int = 1

    def moved(self, status: RulingStatus, **changes: object) -> "Ruling":
        """The ruling in another status; raises Refused when its life does not lead there."""
        if status not in NEXT[self.status]:
            raise Refused(f"this ruling is {self.status}: it cannot become {status}")
        return self._changed(status=status, **changes)

    def decided(
        self, status: RulingStatus, by: str, at: datetime, note: str | None, *, advisors: int
    ) -> "Ruling":
        """What an advisor makes of it: where there are several, adopting takes a second one."""
        moved = self.moved(status, decided_by=by, decided_at=at, note=note)
        if status == "adopted" and advisors > 1 and {one.by for one in self.voices} == {by}:
            raise Refused("you alone said so: another advisor has to adopt it")
        return moved

    def said_again(self, voice: Voice) -> "Ruling":
        """With one voice more; proposed again if it was over."""
        voices = (*self.voices, voice)[-VOICES_MAX:]
        if "proposed" in NEXT[self.status]:
            return self.moved("proposed", voices=voices, proposed_at=voice.at)
        return self._changed(voices=voices)

    def _changed(self, **changes: object) -> "Ruling":
        return self.model_copy(update={**changes, "version": self.version + 1})


class Rulings:
    """The rulings that hold, found by what they are about."""

    def __init__(self, rulings: Iterable[Ruling] = ()) -> None:
        """Of two about the same pair, the first in the order of identifiers."""
        self._by_pair = {
            (one.resource, one.need): one
            for one in sorted(rulings, key=lambda one: one.ruling_id, reverse=True)
            if one.status == "adopted"
        }

    def of(self, resource: str, need: str) -> Ruling | None:
        """What keeps this resource from serving this need."""
        return self._by_pair.get((resource, need)) if self._by_pair else None


NO_RULINGS = Rulings()
"""Where nothing was adopted."""
