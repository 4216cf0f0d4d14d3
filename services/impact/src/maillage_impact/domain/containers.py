"""What a container for reuse did to the loops, the losses and the stock of a territory."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from maillage_impact.domain.entry import Entry, Finding, Occasion, Subject, write

GONE = frozenset({"lost", "scrapped"})


@dataclass(frozen=True)
class Step:
    """One step of a container: from where (None: it is new) to where, by which event."""

    unit_id: UUID
    kind: str
    came_from: str | None
    status: str
    loops: int
    """How often it has come back to stock, washed; this step included."""
    on: date
    cause: UUID


def lines_of_step(step: Step) -> list[Entry]:
    """A loop that closed, a loss, one more or one fewer in circulation; of most steps, nothing.

    What was lost and turns up again takes its loss back. A loop counts once for each number.
    """
    words = f"{step.kind}: {step.came_from or 'new'} to {step.status}"
    lines: list[Entry] = []
    if (step.came_from, step.status) == ("to_wash", "in_stock"):
        back = Finding("container_returns", Decimal(1), f"{words}, loop {step.loops}")
        lines.append(write(back, _occasion(step, f"unit/{step.unit_id}/loop/{step.loops}")))
    moved = _occasion(step, f"unit/{step.unit_id}/{step.cause}")
    if lost := (step.status == "lost") - (step.came_from == "lost"):
        lines.append(write(Finding("container_losses", Decimal(lost), words), moved))
    if more := _is_about(step.status) - _is_about(step.came_from):
        lines.append(write(Finding("container_stock", Decimal(more), words), moved))
    return lines


def _is_about(status: str | None) -> bool:
    """Whether a container in this status is in circulation."""
    return status is not None and status not in GONE


def _occasion(step: Step, lot: str) -> Occasion:
    return Occasion(Subject("unit", step.unit_id), step.on, step.on, (step.cause,), lot=lot)
