"""What the documents say of the code is compared with the code."""

import re
from itertools import product
from pathlib import Path

from maillage_contracts.catalogue import CATALOGUE, SERVICES

ROOT = Path(__file__).resolve().parents[2]
ARROW = re.compile(r'^\s+([\w &]+?) -- ".*" --> ([\w &]+?)(?:\(.*)?$', re.MULTILINE)
TARGET = re.compile(r"^([a-z]+):(.*)$", re.MULTILINE)


def test_the_map_of_services_has_the_arrows_of_the_catalogue() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    drawn = {
        arrow
        for left, right in ARROW.findall(text)
        for arrow in product(left.split(" & "), right.split(" & "))
        if set(arrow) <= set(SERVICES)
    }

    assert drawn == {
        (entry.producer, consumer) for entry in CATALOGUE for consumer in entry.consumers
    }


def test_every_make_target_is_listed_by_make_help() -> None:
    targets = dict(TARGET.findall((ROOT / "Makefile").read_text()))

    assert len(targets) > 15
    assert [name for name, rest in targets.items() if " ## " not in rest] == []


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = {name for name, _ in TARGET.findall((ROOT / "Makefile").read_text())}
    named = {
        name
        for document in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md")
        for name in re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / document).read_text(), re.MULTILINE)
    }

    assert named
    assert named <= targets


def test_every_page_for_operators_is_in_their_index() -> None:
    folder = ROOT / "docs" / "operating"
    linked = set(re.findall(r"\]\((\w+\.md)\)", (folder / "README.md").read_text()))

    assert linked == {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert "docs/operating/README.md" in (ROOT / "README.md").read_text()
