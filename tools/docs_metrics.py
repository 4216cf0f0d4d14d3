"""docs/metrics.md: everything that a service counts or measures."""

from collections.abc import Iterable
from typing import NamedTuple, cast

from prometheus_client.metrics import MetricWrapperBase

import docs_authorisation
from maillage_common.metrics import COMMON, Metrics
from maillage_serving.figures import Figures

FILE = "docs/metrics.md"


class Metric(NamedTuple):
    """One family, as Prometheus sees it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    words: str
    service: str | None = None
    """The only one that tells it."""


def pages() -> dict[str, str]:
    """The page, by its path."""
    rows = "\n".join(
        f"| `{metric.name}` | {metric.kind} | {', '.join(f'`{one}`' for one in metric.labels)}"
        f" | {metric.words}{f' Told by {metric.service} only.' if metric.service else ''} |"
        for metric in metrics()
    )
    common = " and ".join(f"`{name}`" for name in COMMON)
    return {
        FILE: f"""# Metrics

`GET /metrics` of each service, for Prometheus. All carry the labels {common}; no label
holds an actor, a flow or a person.

| name | is | further labels | meaning |
|---|---|---|---|
{rows}
"""
    }


def metrics() -> list[Metric]:
    """All of them, by name."""
    counted = Metrics(territory="t", service="s")
    read = Figures[object](counted)
    found = list(_families([*vars(counted).values(), *vars(read).values()]))
    for service in docs_authorisation.services():
        for one in service.figures:
            kind = one.told({}, ()).type
            name = f"maillage_{one.name}"
            found.append(Metric(name, kind, one.labels, one.words, service.name))
    return sorted(found)


def _families(gauges: Iterable[object]) -> Iterable[Metric]:
    for labelled in gauges:
        metric = getattr(getattr(labelled, "func", None), "__self__", None)
        if not isinstance(metric, MetricWrapperBase):
            continue
        [family] = metric.describe()
        told_nowhere_else = metric._labelnames  # noqa: SLF001 # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        labels = cast("tuple[str, ...]", told_nowhere_else)[len(COMMON) :]
        name = family.name + ("_total" if family.type == "counter" else "")
        yield Metric(name, family.type, labels, family.documentation)
