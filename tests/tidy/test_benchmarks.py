"""What benchmarks say: bounds that can fail, records that are kept, tables that follow them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import docs_benchmarks
import run
from record import Figure

FIGURE = Figure(
    name="chain",
    value=60.0,
    unit="events/s",
    peer="by hand",
    peer_value=80.0,
    must="ratio >= 0.6",
    goal="value >= 61",
    broker="a bus",
)
KEYS = (
    *("name", "value", "unit", "peer", "peer_value", "ratio", "must", "goal", "holds"),
    *("command", "date", "machine", "broker"),
)


@pytest.mark.parametrize(
    ("bound", "holds"),
    [
        ("ratio >= 0.75", True),
        ("ratio >= 0.76", False),
        ("ratio <= 0.75", True),
        ("value >= 60", True),
        ("value <= 59.9", False),
        (None, None),
    ],
)
def test_a_bound_is_on_the_value_or_on_the_ratio(bound: str | None, holds: object) -> None:
    assert FIGURE.holds(bound) is holds


def test_a_ratio_needs_a_peer() -> None:
    with pytest.raises(ValueError, match="ratio"):
        Figure(name="alone", value=1.0, unit="s").holds("ratio <= 1")


def test_a_peer_at_zero_has_no_ratio() -> None:
    assert replace(FIGURE, peer_value=0.0).ratio is None
    assert run.line({**FIGURE.record("x"), "ratio": None, "must": None}).endswith("by hand: 80")


def test_a_record_says_what_was_measured_where_and_how() -> None:
    record = FIGURE.record("make bench ONLY=chain")
    assert tuple(record) == KEYS
    assert (record["ratio"], record["holds"]) == (0.75, True)
    assert "cores" in record["machine"]
    assert "load" in record["machine"]


def test_one_benchmark_leaves_the_figures_of_the_others(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    first, other = FIGURE.record("first"), {**FIGURE.record("other"), "name": "another"}
    run.keep(file, [first, other], others_stay=False)
    run.keep(file, [FIGURE.record("again")], others_stay=True)
    kept = {record["name"]: record["command"] for record in json.loads(file.read_text())}
    assert kept == {"another": "other", "chain": "again"}


def test_every_benchmark_is_found() -> None:
    assert {"chain", "codec", "relay"} <= set(run.names())
    assert not {"record", "run", "hubs"} & set(run.names())


def test_tables_follow_the_figures(tmp_path: Path) -> None:
    file = tmp_path / docs_benchmarks.RESULTS
    file.parent.mkdir()
    gap = replace(FIGURE, name="planning: gap")
    run.keep(file, [one.record("make bench") for one in (FIGURE, gap)], others_stay=False)
    around = f"before\n{docs_benchmarks.BEGIN}\nstale words\n{docs_benchmarks.END}\nafter\n"
    for page in ("README.md", "docs/tours.md"):
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_text(around)
    written = docs_benchmarks.pages(tmp_path)["README.md"]
    assert written.startswith("before\n")
    assert written.endswith("\nafter\n")
    assert "stale words" not in written
    assert "| chain | 60 events/s | by hand: 80 (ratio 0.75) | ratio >= 0.6 |" in written
    of_a_topic = docs_benchmarks.pages(tmp_path)["docs/tours.md"]
    assert "| planning: gap | 60 events/s |" in of_a_topic
    assert "| chain |" not in of_a_topic


def test_the_tables_here_are_those_of_the_figures_here() -> None:
    root = Path(__file__).resolve().parents[2]
    for name, text in docs_benchmarks.pages(root).items():
        assert (root / name).read_text() == text, f"{name} is stale: python tools/generate.py"
