"""The engine shows less after many refusals, and more again once it is right: all of it counted."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from maillage_matching.domain.kept import Kept
from maillage_matching.domain.policy import Policy

WINDOW = 20
"""Last decisions that are counted."""
LOW, HIGH = 0.30, 0.60
"""Below this part accepted, the engine takes a step back; above that, one forward again."""
PAUSE = 10
"""Decisions from one step to the next: half the window has been decided under the last one."""
SCORE_MIN = (0.0, 0.3, 0.45, 0.6)
"""Score below which nothing is shown, at each step back; ours, a lead with all its terms at half
mark has 0.65. The last step is the farthest: an engine that shows nothing learns nothing, and only
a person switches it off."""
STEPS_MAX = len(SCORE_MIN) - 1


class Decided(NamedTuple):
    """A lead of the engine that a person decided: when it was shown and decided, and how."""

    surfaced_at: datetime
    decided_at: datetime
    is_accepted: bool


class Throttle(Kept):
    """How far the engine has stepped back, and the part of the last decisions that accepted."""

    steps: int = 0
    acceptance: float | None = None
    decided: int = 0

    @property
    def score_min(self) -> float:
        """Score below which nothing is shown."""
        return SCORE_MIN[self.steps]

    def slowed(self, policy: Policy) -> Policy:
        """The policy with half as many leads a week for each step, and never none."""
        weekly = max(1, policy.weekly_leads >> self.steps) if policy.is_on else 0
        return policy.model_copy(update={"weekly_leads": weekly})

    @property
    def words(self) -> str:
        """Why it shows as many as it does, for an advisor."""
        if self.acceptance is None:
            return f"{self.decided} decisions so far; from {WINDOW} on they set the pace"
        told = f"of the last {WINDOW} decisions {round(self.acceptance * 100)} % accepted"
        if not self.steps:
            return f"{told}: full pace"
        return f"{told}: {self.steps} steps back, nothing below a score of {self.score_min}"


def throttle_after(decisions: Iterable[bool]) -> Throttle:
    """The throttle after these decisions (True: accepted), oldest first.

    Worked out from the decisions each time, so that the same log gives the same pace.
    """
    last = deque[bool](maxlen=WINDOW)
    steps = decided = since = 0
    for is_accepted in decisions:
        last.append(is_accepted)
        decided, since = decided + 1, since + 1
        if len(last) < WINDOW or since < PAUSE:
            continue
        share = sum(last) / WINDOW
        step = (share < LOW and steps < STEPS_MAX) - (share > HIGH and steps > 0)
        steps, since = steps + step, 0 if step else since
    full = len(last) == WINDOW
    return Throttle(steps=steps, acceptance=sum(last) / WINDOW if full else None, decided=decided)
