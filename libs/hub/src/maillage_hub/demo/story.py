"""A story as steps: each is told when it has become true, with figures read from the hub."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Figures = dict[str, object]
Action = Callable[[], Awaitable[Figures]]


class NotTrue(Exception):
    """What a step tells did not become true."""


@dataclass(frozen=True)
class Step:
    """One step that was played."""

    name: str
    ok: bool
    seconds: float
    figures: Mapping[str, object]


@dataclass
class Story:
    """The steps of one story, in their order; after one that fails nothing more is played."""

    name: str
    title: str
    say: Callable[[str], None]
    steps: list[Step] = field(default_factory=list[Step])

    async def step(self, name: str, action: Action) -> Figures:
        """Play one step and tell it; raises NotTrue when it does not hold."""
        began = time.monotonic()
        try:
            figures = await action()
        except Exception as error:
            self._keep(name, began, {"error": f"{type(error).__name__}: {error}"}, ok=False)
            raise NotTrue(f"{name}: {error}") from error
        self._keep(name, began, figures, ok=True)
        return figures

    def _keep(self, name: str, began: float, figures: Figures, *, ok: bool) -> None:
        seconds = round(time.monotonic() - began, 3)
        self.steps.append(Step(name, ok, seconds, figures))
        self.say(f"  {'ok' if ok else 'NO'} {seconds:6.2f} s  {name}")
        for label, value in figures.items():
            for line in _lines(value):
                self.say(f"                {label}: {line}")

    @property
    def ok(self) -> bool:
        """Whether every step that was played held."""
        return bool(self.steps) and all(step.ok for step in self.steps)


def _lines(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(item) for item in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] printed as it is
    return [str(value)]


def must(condition: object, otherwise: str) -> None:
    """Raise NotTrue when what was read does not say so."""
    if not condition:
        raise NotTrue(otherwise)
