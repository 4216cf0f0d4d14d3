"""`python -m maillage_matching evaluate`, from the files to the tables and the JSON."""

import json
from pathlib import Path

import pytest

from maillage_matching.adapters.exchanges import read_exchanges
from maillage_matching.wiring import evaluation

HEAD = "case,waste,d_business,d_nace,r_business,r_nace,final_use,ewc"
LINES = (
    "1,Cendres volantes,Centrale électrique,3511,Cimenterie,2351,Raw material,10 01 02",
    "1,Steam,Power plant,3511,Paper mill,1711,Process heat,",
    "1,Bark,Paper mill,1711,Power plant,3511,Fuel,030301",
    "2,Steam,Refinery,1920,Paper mill,1711,Process heat,",
    "2,Molasses,Sugar factory,1081,Distillery,1101,ND,020499",
    "2,Lime mud,Paper mill,1711,Farm,0150,,30309",
    "3,Only one,Town,,Somebody,,,",
)
ALL = "\n".join((HEAD, *LINES)) + "\n"


def write(folder: Path, content: bytes) -> Path:
    path = folder / "exchanges.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        ALL.encode(),
        ALL.encode("utf-8-sig"),
        ALL.encode("utf-16"),
        ALL.encode("cp1252"),
        ALL.replace("\n", "\r\n").encode(),
        ALL.replace(",", ";").encode("latin-1"),
        ALL.replace("case,waste", "Case , WASTE").encode(),
        f"sep=;\r\n{ALL.replace(',', ';')}".encode(),
        f"\n;;;\n{ALL.replace(',', ';')}".replace("\n", ";;\n\n").encode(),
    ],
    ids=[
        *("utf-8", "with mark", "utf-16", "cp1252", "windows lines", "semicolons", "capitals"),
        *("separator", "blank lines and cells"),
    ],
)
def test_files_are_read_as_spreadsheets_write_them(tmp_path: Path, content: bytes) -> None:
    found, left_out = read_exchanges(write(tmp_path, content))
    assert [one.case for one in found] == list("1112223")
    assert found[0].donor.business == "centrale électrique"
    assert found[0].offer.waste_codes == ("10 01 02",)
    assert found[5].offer.waste_codes == ("03 03 09",)
    assert found[4].need.text == ""
    assert left_out == []


def test_what_cannot_be_ranked_is_left_out_and_named(tmp_path: Path) -> None:
    text = f"{ALL},x,a,,b,,,\n4,,a,,b,,,\n5,x,,,b,,,\n6,x,a,,nd,ND,,\n7,short,a,,b\n"
    text += "8,x,a,,b,,,,more\n"
    found, left_out = read_exchanges(write(tmp_path, text.encode()))
    assert [one.case for one in found][-1] == "7"
    assert [line.split("exchanges.csv, ", 1)[1] for line in left_out] == [
        "line 9, column case: empty, the line is left out",
        "line 10, column waste: empty, the line is left out",
        "line 11, column d_business: empty, the line is left out",
        "line 12, column r_business: empty, the line is left out",
        "line 14: 9 cells, the header has 8, the line is left out",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "exchanges.csv, line 1, column case: missing"),
        ("case,d_nace,r_nace\n1,2,3\n", "exchanges.csv, line 1, column waste: missing"),
        ("case,waste,d_nace\n1,x,2\n", "exchanges.csv, line 1, column r_business: missing"),
        (f"{HEAD}\n", "exchanges.csv: no line tells an exchange"),
        ("\n\ncase,d_nace,r_nace\n1,2,3\n", "exchanges.csv, line 3, column waste: missing"),
        (f'{ALL}8,"{"x" * 1_000_001}",a,,b,,,\n', "exchanges.csv, line 9: field larger than"),
    ],
)
def test_a_file_at_fault_is_told_with_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, complaint: str
) -> None:
    path = write(tmp_path, text.encode())
    assert evaluation(["--exchanges", str(path)]) == 2
    assert complaint in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluation(["--exchanges", "nowhere.csv"]) == 2
    assert "nowhere.csv: No such file" in capsys.readouterr().err


def test_the_tables_are_printed_and_the_figures_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, figures = write(tmp_path, ALL.encode()), tmp_path / "figures.json"
    asked = ["--exchanges", str(path), "--proposals", "2", "--json", str(figures)]
    assert evaluation(asked) == 0
    printed = capsys.readouterr().out
    assert "6 offers of 2 cases, leave one case out" in printed
    assert "catalogue_and_rules" in printed
    written = json.loads(figures.read_text(encoding="utf-8"))
    assert set(written) == {"queries", "cases", "methods", "proposals"}
    assert set(written["methods"]["maillage"]) == {
        *("mrr", "p1", "p5", "r5", "r10", "pair_ap", "ece", "mrr_low", "mrr_high"),
    }
    assert written["proposals"]["3"]["n"] == 1
    assert set(written["proposals"]["1"]["hits"]) == set(written["methods"])


def test_what_was_learned_elsewhere_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, ALL.encode())
    assert evaluation(["--exchanges", str(path), "--train", str(path)]) == 0
    assert f"learned on {path}" in capsys.readouterr().out


def test_a_file_that_teaches_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, little = write(tmp_path, ALL.encode()), tmp_path / "little.csv"
    little.write_text("\n".join((HEAD, LINES[0])), encoding="utf-8")
    assert evaluation(["--exchanges", str(path), "--train", str(little)]) == 0
    assert "little.csv: nothing to learn from" in capsys.readouterr().err


@pytest.mark.parametrize("many", ["0", "-1", "many"])
def test_no_proposals_at_all_are_refused(capsys: pytest.CaptureFixture[str], many: str) -> None:
    with pytest.raises(SystemExit):
        evaluation(["--exchanges", "x.csv", f"--proposals={many}"])
    assert f"{many} is no whole number from 1 on" in capsys.readouterr().err
