"""What stands between a process and its work, and whether it still moves."""

from collections.abc import Callable

STARTING = "not checked yet"


class Health:
    """Ready when no part reports a trouble; alive while no watch finds the process stuck."""

    def __init__(self, *parts: str) -> None:
        self._troubles: dict[str, str | None] = dict.fromkeys(parts, STARTING)
        self._watches: list[Callable[[], str | None]] = []

    def report(self, part: str, trouble: str | None) -> None:
        """Say what is wrong with a part, or None when it works."""
        self._troubles[part] = trouble

    def watch(self, stuck: Callable[[], str | None]) -> None:
        """Ask `stuck` at every liveness probe: why the process must be restarted, or None."""
        self._watches.append(stuck)

    @property
    def parts(self) -> dict[str, str | None]:
        """Each part with its trouble."""
        return dict(self._troubles)

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not any(self._troubles.values())

    @property
    def stuck(self) -> str | None:
        """Why the process must be restarted."""
        return next((why for watch in self._watches if (why := watch())), None)
