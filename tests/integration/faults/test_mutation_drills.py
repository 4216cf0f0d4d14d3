"""The sabotages of the drills: they fit the code as it is, and what survives is said."""

import ast
import re
from pathlib import Path

import pytest

import drills
from drills import KERNEL, ROOT, SABOTAGES, TESTS, Sabotage

LISTED = re.compile(r"^\| (.+?)( \*)? \| `(\S+)` \|$", re.MULTILINE)
HARMLESS = Sabotage(
    name="none at all",
    file=f"{KERNEL}/bus_guard.py",
    words="is_first and not complaints",
    instead="not complaints and is_first",
    tests=(f"{TESTS}/test_bus_guard.py",),
)


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda sabotage: sabotage.name)
def test_each_still_fits_the_code(sabotage: Sabotage) -> None:
    sound = (ROOT / sabotage.file).read_text()
    spoilt = sabotage.spoil(sound)
    assert ast.dump(ast.parse(spoilt)) != ast.dump(ast.parse(sound))
    assert all((ROOT / test).is_file() for test in sabotage.tests)


def test_what_no_longer_fits_is_said(tmp_path: Path) -> None:
    file = tmp_path / HARMLESS.file
    file.parent.mkdir(parents=True)
    file.write_text("pass\n")
    with pytest.raises(ValueError, match="not exactly once"):
        drills.survives(HARMLESS, tmp_path)


def test_each_is_listed_for_whoever_operates_a_hub() -> None:
    page = (ROOT / "docs" / "operating" / "reliability.md").read_text()
    section = page.partition("## Sabotage")[2].partition("\n## ")[0]
    listed = {(name, bool(star), test) for name, star, test in LISTED.findall(section)}
    assert listed == {(one.name, one.in_histories, one.tests[0]) for one in SABOTAGES}
    assert len(listed) >= 10


def test_a_sabotage_turns_the_copy_red_and_one_that_does_not_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (known,) = [one for one in SABOTAGES if one.name == "the identity of the bus is ignored"]
    before = (ROOT / known.file).read_text()
    assert drills.main([], sabotages=(known,)) == 0
    assert drills.main([], sabotages=(HARMLESS,)) == 1
    told = capsys.readouterr().out
    assert re.search(rf"^red .*{known.name}$", told, re.MULTILINE)
    assert re.search(rf"^SURVIVES .*{HARMLESS.name}$", told, re.MULTILINE)
    assert (ROOT / known.file).read_text() == before
