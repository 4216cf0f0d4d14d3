"""Every guard of tools/tidy.py is tripped by a bad sample, and the real tree trips none."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import tidy

RULE = "services/flows/src/maillage_flows/domain/flow.py"
ADAPTER = "services/flows/src/maillage_flows/adapters/postgres.py"
TEST = "services/flows/tests/unit/test_flow.py"
CONTRACT = "libs/contracts/src/maillage_contracts/flows.py"
KERNEL = "libs/common/src/maillage_common/outbox.py"
GLOSSARY = "docs/glossary.md"
INDEX = "docs/decisions/README.md"

# In two pieces: this file is checked too.
UNFINISHED = "# FIX" + "ME later\n"
HOME = "/ho" + "me/somebody/maillage"
REGISTRY = "pypi" + ".org"

BAD: list[tuple[tidy.Guard, str, Mapping[str, str]]] = [
    (tidy.sizes, "401 lines", {"tools/long.py": "x = 1\n" * 401}),
    (tidy.sizes, "tell has 51 lines", {"tools/f.py": "def tell():\n" + "    print()\n" * 50}),
    (tidy.sizes, "takes 6 by position", {"tools/f.py": "async def f(a, b, c, d, e, f): pass\n"}),
    (tidy.no_package_below_tests, "no __init__", {"libs/hub/tests/unit/__init__.py": ""}),
    (tidy.no_package_below_tests, "no __init__", {"tests/__init__.py": ""}),
    (tidy.pure_domain, "does not wait", {RULE: "async def f(): pass\n"}),
    (tidy.pure_domain, "call now", {RULE: "opened = datetime.now(UTC)\n"}),
    (tidy.pure_domain, "call today", {RULE: "opened = date.today()\n"}),
    (tidy.pure_domain, "call uuid4", {RULE: "id = uuid4()\n"}),
    (tidy.pure_domain, "call random", {RULE: "share = generator.random()\n"}),
    (tidy.pure_domain, "call open", {RULE: "text = open('figures')\n"}),
    (tidy.pure_domain, "call print", {RULE: "print('here')\n"}),
    (tidy.allowed_imports, "import logging", {RULE: "import logging\n"}),
    (tidy.allowed_imports, "import os.path", {RULE: "from os.path import join\n"}),
    (tidy.allowed_imports, "import asyncpg", {RULE: "import asyncpg\n"}),
    (
        tidy.allowed_imports,
        "import maillage_contracts.flows",
        {RULE: "from maillage_contracts.flows import FlowOpened\n"},
    ),
    (
        tidy.allowed_imports,
        "import maillage_contracts.flows",
        {RULE: "from maillage_contracts import flows\n"},
    ),
    (tidy.allowed_imports, "import faststream", {CONTRACT: "import faststream\n"}),
    (tidy.allowed_imports, "import maillage_common", {CONTRACT: "import maillage_common.outbox\n"}),
    (
        tidy.allowed_imports,
        "usecases.declare_flow",
        {ADAPTER: "from maillage_flows.usecases.declare_flow import DeclareFlow\n"},
    ),
    (
        tidy.allowed_imports,
        "usecases.declare_flow",
        {ADAPTER: "from maillage_flows.usecases import declare_flow\n"},
    ),
    (tidy.honest_tests, "no sleep", {TEST: "await asyncio.sleep(1)\n"}),
    (tidy.honest_tests, "no sleep", {TEST: "sleep(1)\n"}),
    (tidy.honest_tests, "cannot fail", {TEST: "assert True\n"}),
    (tidy.honest_tests, "skip mark", {TEST: "@pytest.mark.skip\ndef test_it(): pass\n"}),
    (tidy.honest_tests, "xfail mark", {TEST: "pytestmark = mark.xfail(reason='later')\n"}),
    (tidy.finished, "leftover", {"tools/f.py": UNFINISHED}),
    (tidy.finished, "leftover", {"README.md": UNFINISHED}),
    (tidy.finished, "leftover", {RULE: f"""\"\"\"A flow.\n\n{UNFINISHED[2:7]}: more\n\"\"\"\n"""}),
    (tidy.finished, "not implemented", {KERNEL: "raise NotImplementedError\n"}),
    (tidy.no_machine, "names a machine", {"Makefile": f"cd {HOME}\n"}),
    (tidy.no_machine, "names a machine", {"requirements/dev.txt": f"--index-url {REGISTRY}\n"}),
    (tidy.documents, "0 titles", {"README.md": "```sh\n# a comment\n```\n"}),
    (tidy.documents, "2 titles", {"README.md": "# One\n\n# Two\n"}),
    (tidy.documents, "broken link to docs/none.md", {"README.md": "# One\n[x](docs/none.md#y)\n"}),
    (
        tidy.documents,
        "no heading #back-up in docs/a.md",
        {"README.md": "# One\n[x](docs/a.md#back-up)\n", "docs/a.md": "# Back up, restore\n"},
    ),
    (tidy.documents, "no heading #two in README.md", {"README.md": "# One\n[x](#two)\n"}),
    (tidy.skeleton, "missing", {"services/flows/pyproject.toml": "[project]\n"}),
    (tidy.skeleton, "name it after", {"services/flows/src/maillage_flows/utils.py": ""}),
    (tidy.budgets, "2021 lines of code", {KERNEL: "x = 1\n" * 2021}),
    (
        tidy.decisions,
        "number 0002 expected",
        {f"docs/decisions/{n}-x.md": "" for n in ("0001", "0003")},
    ),
    (tidy.decisions, "not in docs", {INDEX: "# Decisions\n", "docs/decisions/0001-x.md": ""}),
    (tidy.glossary, "hub_id is not", {GLOSSARY: "| centre | `hub_id` |\n", KERNEL: "hub = 1\n"}),
]

GOOD: dict[str, str] = {
    "README.md": "# One\n\n```sh\n# a comment\n```\n\n[decisions](docs/decisions/README.md)\n",
    INDEX: "# Decisions\n\n[1](0001-x.md)\n",
    "docs/decisions/0001-x.md": "# One database per service\n",
    GLOSSARY: "# Glossary\n\n| French | code |\n|---|---|\n| tournée | `tour` |\n",
    RULE: "from datetime import timedelta\nfrom uuid import uuid5\n\n"
    "from maillage_contracts.refusals import Refused\n\n\ndef tour(): flow.open()\n",
    ADAPTER: "import asyncpg\nfrom maillage_flows.usecases.store import Store\n",
    TEST: "async def test_it():\n    await eventually(opened)\n    assert flow.is_open\n",
    "services/tours/src/maillage_tours/domain/task.py": "class Task:\n    TO" + "DO = 1\n",
    CONTRACT: '"""What flows say."""\n\nfrom pydantic import BaseModel\n',
    KERNEL: '"""' + "\n" * 10 + '"""\n' + "x = 1  # one\n# a comment\n\n" * 100,
}


def planted(root: Path, files: Mapping[str, str]) -> tidy.Tree:
    """Return a tree that holds those files, by relative path, and nothing else."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tidy.Tree(root)


@pytest.mark.parametrize(
    ("guard", "words", "files"), BAD, ids=[f"{g.__name__}-{words}" for g, words, _ in BAD]
)
def test_a_bad_sample_trips_its_guard(
    tmp_path: Path, guard: tidy.Guard, words: str, files: Mapping[str, str]
) -> None:
    complaints = list(guard(planted(tmp_path, files)))

    assert any(words in f"{complaint.words} {complaint.path}" for complaint in complaints)


@pytest.mark.parametrize("guard", tidy.GUARDS)
def test_a_good_sample_trips_no_guard(tmp_path: Path, guard: tidy.Guard) -> None:
    assert list(guard(planted(tmp_path, GOOD))) == []


def test_every_guard_has_a_bad_sample() -> None:
    assert {guard for guard, _, _ in BAD} == set(tidy.GUARDS)


def test_what_is_not_ours_is_not_read(tmp_path: Path) -> None:
    tree = planted(tmp_path, {".venv/lib/x.py": UNFINISHED, ".maillage/README.md": UNFINISHED})

    assert tree.sources == []


def test_only_code_counts_in_a_budget(tmp_path: Path) -> None:
    [source] = planted(tmp_path, {KERNEL: GOOD[KERNEL]}).sources

    assert tidy.code_lines(source) == 100


def test_tools_for_tests_are_outside_the_budget(tmp_path: Path) -> None:
    tree = planted(tmp_path, {KERNEL.replace("outbox", "testing"): "x = 1\n" * 2021})

    assert list(tidy.budgets(tree)) == []


def test_a_stub_of_a_protocol_is_code(tmp_path: Path) -> None:
    [source] = planted(tmp_path, {KERNEL: "def read() -> int: ...\n"}).sources

    assert tidy.code_lines(source) == 1


def test_the_tree_is_tidy() -> None:
    tree = tidy.Tree(Path(__file__).resolve().parents[2])

    assert [complaint for guard in tidy.GUARDS for complaint in guard(tree)] == []


def test_links_to_headings_are_followed_as_web_pages_name_them(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(
        "# One\n\n## What `compare` says, [here](a.md)\n\n"
        "[x](#what-compare-says-here) [y](README.md#one) [z](https://elsewhere.example/#any)\n"
    )
    (tmp_path / "a.md").write_text("# A\n")
    assert list(tidy.documents(tidy.Tree(tmp_path))) == []
