"""What a benchmark says: a figure, what it is compared with in the same run, and if it holds.

A benchmark is a file of this folder with a function `measure(asked: Asked) -> Iterable[Figure]`.
"""

import operator
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

Record = dict[str, Any]

_MEETS: Mapping[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Asked:
    """What whoever starts a benchmark may choose."""

    duration_s: float | None = None
    """Instead of the usual length, for a benchmark that has one."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured figure.

    `must` and `goal` are bounds on the value or on its ratio to the peer's, as in `value <= 80` or
    `ratio >= 0.6`. `broker` names the servers behind the figure, if there are any.
    """

    name: str
    value: float
    unit: str
    must: str | None = None
    goal: str | None = None
    peer: str | None = None
    peer_value: float | None = None
    broker: str | None = None

    @property
    def ratio(self) -> float | None:
        """The value by the peer's, which may be none at all."""
        return self.value / self.peer_value if self.peer_value else None

    def holds(self, bound: str | None) -> bool | None:
        """Whether the figure meets a bound; None where there is no bound."""
        if bound is None:
            return None
        what, meets, limit = bound.split()
        measured = {"value": self.value, "ratio": self.ratio}[what]
        if measured is None:
            raise ValueError(f"{self.name} has no {what}")
        return _MEETS[meets](measured, float(limit))

    def record(self, command: str) -> Record:
        """The figure as it is kept, with where and when it was taken."""
        said = {name: _short(told) for name, told in asdict(self).items()}
        order = ("name", "value", "unit", "peer", "peer_value")
        return {
            **{name: said[name] for name in order},
            "ratio": _short(self.ratio),
            "must": self.must,
            "goal": self.goal,
            "holds": self.holds(self.must),
            "command": command,
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "broker": self.broker,
        }


def machine() -> str:
    """What the figures were taken on, and how busy it was in the last minute."""
    memory_gib = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores ({_processor()}), {memory_gib:.0f} GiB, "
        f"{_system()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def _processor() -> str:
    return _told(Path("/proc/cpuinfo"), "model name", ":") or platform.machine()


def _system() -> str:
    told = _told(Path("/etc/os-release"), "PRETTY_NAME", "=")
    return told or f"{platform.system()} {platform.release()}"


def _told(file: Path, name: str, separator: str) -> str | None:
    if not file.exists():
        return None
    for line in file.read_text().splitlines():
        key, _, value = line.partition(separator)
        if key.strip() == name:
            return value.strip(' "')
    return None


def _short(value: object) -> object:
    """Four digits say what can be said; more are noise."""
    return float(f"{value:.4g}") if isinstance(value, float) else value
