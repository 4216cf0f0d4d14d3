"""Planning: pairs of 200 to 424 stops, one thread, the gap to the best known distance beside VROOM.

The instances are Li and Lim's, read where the reference data is, and left out with a line where it
is not. Each is put to both solvers for the same process time, ten seconds unless it is said
otherwise; what VROOM takes beyond that is its own (it counts the time of the clock).
"""

import asyncio
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean

from maillage_tours.adapters.bench.command import WALL_TIMES, measured, read
from maillage_tours.adapters.bench.known import Known
from maillage_tours.domain.problem import Search
from record import Asked, Figure

DATA = Path(os.environ.get("MAILLAGE_REFERENCE", "../shared/data")) / "vrp"
CPU_S = 10.0
BEST_KNOWN = {
    "pdptw_distance/LR1_4_4": 6209.786,
    "pdptw_distance/LRC1_2_4": 2525.034,
    "pdptw_distance/LR1_2_10": 3386.34,
    "li_lim_200/LRC2_2_7": 2540.719,
    "li_lim_400/LC1_4_9": 7403.218,
    "li_lim_400/LRC1_4_1": 8944.567,
}
"""Distances, in the units of the files (PyVRP/Instances, PDPTW/*.sol, 2026-08)."""
SOLVERS = ("maillage", "vroom")


def measure(asked: Asked) -> Iterable[Figure]:
    """A figure for each instance, then their mean; `duration_s` is process time for each."""
    if not (DATA / "li_lim_400").is_dir():
        print(f"no reference instances in {DATA}: the gap to the best known is not measured")
        return
    found: list[tuple[float, float]] = []
    for name, known in BEST_KNOWN.items():
        ours, vrooms = _gaps(name, known, asked.duration_s or CPU_S)
        found.append((ours, vrooms))
        yield Figure(
            name=f"planning: gap to the best known distance, {Path(name).name}",
            value=ours,
            unit="%",
            peer="VROOM",
            peer_value=vrooms,
        )
    ours, vrooms = (mean(gaps) for gaps in zip(*found, strict=True))
    yield Figure(
        name=f"planning: gap to the best known distance, mean of {len(found)}",
        value=ours,
        unit="%",
        must="value <= 0.65",
        goal="value <= 0.4",
    )
    yield Figure(
        name="planning: gap beside the peer's, on average",
        value=ours,
        unit="%",
        peer="VROOM",
        peer_value=vrooms,
        must="ratio <= 0.2",
    )


def _gaps(name: str, known: float, cpu_s: float) -> Iterator[float]:
    instance = read(DATA / f"{name}.txt")
    search = Search(seed=1, iterations=10**9, seconds=WALL_TIMES * cpu_s, cpu_seconds=cpu_s)
    for solver in SOLVERS:
        record = asyncio.run(measured(instance, solver, search, Known(known)))
        assert record.gap_percent is not None, record.checker
        yield record.gap_percent
