"""What is generated: complete, stable, never over a promise; and the check that it is fresh."""

import json
import re
from pathlib import Path

import pytest

import docs_cli
import docs_events
import docs_lifecycles
import docs_metrics
import docs_reasons
import docs_settings
import event_schemas
import generate
from maillage_common import dead_letters
from maillage_common.settings import Settings
from maillage_contracts.catalogue import CATALOGUE, EVENTS
from maillage_contracts.samples import SAMPLES
from maillage_hub.__main__ import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
CODE = [
    file
    for pattern in ("libs/*/src", "services/*/src")
    for folder in ROOT.glob(pattern)
    for file in folder.rglob("*.py")
]
SCHEMA = f"{event_schemas.FOLDER}/org.maillage.flow.opened.v1.json"
GOLDEN = "libs/contracts/examples/org.maillage.flow.opened.v1.json"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder in which everything is fresh."""
    assert generate.main([], tmp_path) == 0
    return tmp_path


def test_what_is_written_is_fresh_and_the_same_again(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate.main(["--check"], checkout) == 0
    assert generate.main([], checkout) == 0
    assert capsys.readouterr().out.endswith("files, 0 written\n")


@pytest.mark.parametrize("path", [SCHEMA, "docs/events/flow.opened.md", "docs/settings.md"])
def test_a_stale_file_is_named(
    checkout: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    text = (checkout / path).read_text()
    (checkout / path).write_text(text.replace("firm", "company").replace("Settings", "settings"))

    assert generate.main(["--check"], checkout) == 1
    assert f"{path}: stale" in capsys.readouterr().out


def test_a_missing_file_is_named(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / GOLDEN).unlink()

    assert generate.main(["--check"], checkout) == 1
    assert f"{GOLDEN}: stale" in capsys.readouterr().out


def test_a_page_that_nothing_generates_any_more_goes(checkout: Path) -> None:
    page = checkout / "docs/events/flow.reserved.md"
    page.write_text("# flow.reserved\n")

    assert generate.main(["--check"], checkout) == 1
    assert generate.main([], checkout) == 0
    assert not page.exists()


def test_a_record_that_is_there_is_not_written_again(checkout: Path) -> None:
    (checkout / GOLDEN).write_text("as it was published")

    assert generate.main([], checkout) == 0
    assert (checkout / GOLDEN).read_text() == "as it was published"


def test_a_breaking_change_is_refused(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = json.loads((checkout / SCHEMA).read_text())
    published["properties"]["flow_number"] = {"type": "integer"}
    published["required"].append("flow_number")
    (checkout / SCHEMA).write_text(json.dumps(published))

    assert generate.main([], checkout) == 1
    assert "make a .v2 beside it" in capsys.readouterr().out
    assert json.loads((checkout / SCHEMA).read_text()) == published


def test_a_released_schema_counts_even_when_the_committed_one_is_gone(checkout: Path) -> None:
    assert generate.main(["--release", "0.1.0"], checkout) == 0
    kept = checkout / generate.RELEASED / "0.1.0" / Path(SCHEMA).name
    schema = json.loads(kept.read_text())
    assert schema == json.loads((checkout / SCHEMA).read_text())

    (checkout / SCHEMA).unlink()
    kept.write_text(json.dumps({**schema, "required": []}))
    assert generate.main([], checkout) == 1


def test_a_field_more_is_no_break(checkout: Path) -> None:
    published = json.loads((checkout / SCHEMA).read_text())
    del published["$defs"]["Flow"]["properties"]["pain_rank"]
    (checkout / SCHEMA).write_text(json.dumps(published))

    assert generate.main([], checkout) == 0
    assert "pain_rank" in (checkout / SCHEMA).read_text()


def test_every_event_has_a_page_that_names_all_its_fields() -> None:
    pages = docs_events.pages()

    for entry in CATALOGUE:
        text = pages[f"docs/events/{docs_events.short(entry.event)}.md"]
        assert entry.event.TYPE in text
        assert entry.event.TOPIC.facts("{territory}") in text
        for name in SAMPLES[entry.event].model_dump(exclude_none=True):
            assert re.search(rf"^\| `{name}(\[\])?` \|", text, re.MULTILINE), name
        assert f"[{docs_events.short(entry.event)}]" in pages["docs/events/README.md"]


def test_fields_inside_lists_and_objects_are_told() -> None:
    fields = {
        field.path: field
        for field in docs_events.fields(
            event_schemas.expanded(
                event_schemas.schema_of(EVENTS["org.maillage.tour.published.v1"])
            )
        )
    }

    assert fields["tour.stops[].onboard_kg"].kind == "decimal"
    assert fields["tour.stops[].onboard_kg"].always
    assert fields["tour.stops[].order_ids[]"].kind == "list of uuid, at most 1000"
    assert not fields["tour.start.actor_id"].always
    assert fields["tour.cost.currency"].words == "ISO 4217. Absent: `EUR`."
    assert fields["tour.stops[].number"].kind == "integer, 1 to 1,000,000"


def test_every_setting_is_told() -> None:
    [text] = docs_settings.pages().values()
    named = {
        name for file in CODE for name in re.findall(r"\bMAILLAGE_[A-Z_]*[A-Z]\b", file.read_text())
    }

    assert named
    for name in named | {f"MAILLAGE_{field.upper()}" for field in Settings.model_fields}:
        assert f"`{name}`" in text, name
    assert "| `MAILLAGE_TERRITORY` | text | must be set |" in text
    assert "| `MAILLAGE_LOG_LEVEL` | `debug` or `info` or `warning` or `error` | `info` |" in text


def test_every_metric_is_told() -> None:
    [text] = docs_metrics.pages().values()
    source = (ROOT / "libs/common/src/maillage_common/metrics.py").read_text()
    names = re.findall(r'self\.(?:_counter|gauge)\(\s*"(\w+)"', source)

    assert len(names) > 10
    for name in names:
        assert f"`maillage_{name}" in text, name
    assert "| `maillage_dead_letters_total` | counter | `reason` | Records put aside. |" in text


def test_every_life_cycle_is_told() -> None:
    [text] = docs_lifecycles.pages().values()
    tables = [
        (file, name)
        for file in CODE
        for name in re.findall(r"^(NEXT\w*)\b.* = \{", file.read_text(), re.MULTILINE)
    ]

    assert len(tables) > 5
    assert len(list(docs_lifecycles.life_cycles())) == len(tables) == text.count("```mermaid")
    assert "    [*] --> draft\n    draft --> active\n" in text
    assert "    closed --> [*]\n" in text
    assert "| draft | active, closed |" in text


def test_every_reason_of_a_dead_letter_is_told() -> None:
    given = {
        reason
        for file in CODE
        for reason in re.findall(r'Unreadable\(\s*"(\w[\w-]*)"', file.read_text())
    }
    given.add(dead_letters.OVERSIZED)

    assert {"data", "header", "foreign_territory", "oversized"} <= given
    assert given | {"behind", "sequence"} <= docs_reasons.words()


def test_every_command_is_told() -> None:
    [text] = docs_cli.pages().values()

    for name in COMMANDS:
        assert f"\n## maillage {name}\n" in text
    assert "| `--brokers {1,3}` |" in text
    assert "| `pack` | folder of the pack" in text
    assert "%(default)s" not in text
