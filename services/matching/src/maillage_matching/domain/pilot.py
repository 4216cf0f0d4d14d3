"""A synergy on trial: what it is measured by, and the day on which it is decided."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from maillage_contracts.refusals import Invalid, Refused
from maillage_matching.domain.kept import Kept

Wanted = Literal["at_least", "at_most"]


class Kpi(Kept):
    """A figure that decides: its unit, what is aimed at, and what was found on a day."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    unit: Annotated[str, Field(min_length=1, max_length=30)]
    target: Annotated[Decimal, Field(max_digits=15, decimal_places=4)]
    wanted: Wanted = "at_least"
    before: Annotated[Decimal, Field(max_digits=15, decimal_places=4)] | None = None
    measured: Decimal | None = None
    measured_on: date | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None while nothing was measured."""
        if self.measured is None:
            return None
        reached = self.measured - self.target
        return reached >= 0 if self.wanted == "at_least" else reached <= 0


class Pilot(Kept):
    """What a trial is measured by, since when it runs, and when it is decided."""

    kpis: tuple[Kpi, ...]
    started_on: date
    decide_on: date
    prolonged: int = 0

    def measured(self, values: Mapping[str, Decimal], on: date) -> "Pilot":
        """The pilot with these figures; raises Invalid for a name it does not have."""
        known = {kpi.name for kpi in self.kpis}
        if unknown := sorted(values.keys() - known):
            raise Invalid("values", f"not measured here: {', '.join(unknown)}")
        kpis = tuple(
            kpi.model_copy(update={"measured": values[kpi.name], "measured_on": on})
            if kpi.name in values
            else kpi
            for kpi in self.kpis
        )
        return self.model_copy(update={"kpis": kpis})

    def check_decidable(self) -> None:
        """Raise Refused while a figure is missing."""
        if missing := [kpi.name for kpi in self.kpis if kpi.measured is None]:
            raise Refused(f"measure first, then decide: {', '.join(missing)}")


def begun(kpis: Sequence[Kpi], today: date, decide_on: date) -> Pilot:
    """A pilot that starts today; raises Invalid for a name given twice."""
    if len({kpi.name for kpi in kpis}) != len(kpis):
        raise Invalid("kpis", "each name once")
    return Pilot(kpis=tuple(kpis), started_on=today, decide_on=decide_on)


def prolonged(pilot: Pilot, kpis: Sequence[Kpi], decide_on: date) -> Pilot:
    """The same for longer: what was measured stays, under the same name and unit."""
    if decide_on <= pilot.decide_on:
        raise Invalid("decide_on", f"it is decided on {pilot.decide_on}: give a later day")
    found = {(kpi.name, kpi.unit): kpi for kpi in pilot.kpis}
    kept = tuple(
        kpi.model_copy(update={"measured": before.measured, "measured_on": before.measured_on})
        if (before := found.get((kpi.name, kpi.unit)))
        else kpi
        for kpi in begun(kpis, pilot.started_on, decide_on).kpis
    )
    update = {"kpis": kept, "decide_on": decide_on, "prolonged": pilot.prolonged + 1}
    return pilot.model_copy(update=update)
