"""docs/metrics.md: everything that a service counts or measures."""

from typing import NamedTuple, cast

from prometheus_client.metrics import MetricWrapperBase

from maillage_common.metrics import COMMON, Metrics

FILE = "docs/metrics.md"


class Metric(NamedTuple):
    """One family, as Prometheus sees it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    words: str


def pages() -> dict[str, str]:
    """The page, by its path."""
    rows = "\n".join(
        f"| `{metric.name}` | {metric.kind} | {', '.join(f'`{one}`' for one in metric.labels)}"
        f" | {metric.words} |"
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
    made = Metrics(territory="t", service="s")
    found: list[Metric] = []
    for labelled in vars(made).values():
        metric = getattr(getattr(labelled, "func", None), "__self__", None)
        if not isinstance(metric, MetricWrapperBase):
            continue
        [family] = metric.describe()
        told_nowhere_else = metric._labelnames  # noqa: SLF001 # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]
        labels = cast("tuple[str, ...]", told_nowhere_else)[len(COMMON) :]
        name = family.name + ("_total" if family.type == "counter" else "")
        found.append(Metric(name, family.type, labels, family.documentation))
    return sorted(found)
