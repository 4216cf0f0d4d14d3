"""Guards on the tree that no other tool has: each is a function here, and tripped by a test.

`python tools/tidy.py` prints one line per complaint and exits 1 if there is any.
"""

import ast
import posixpath
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 400
POSITIONAL_MAX = 5  # beyond, a caller must name what it passes
LIBRARY_LINES_MAX = {
    "libs/common": 2020,
    "libs/contracts": 2500,
    "libs/serving": 1110,
}  # raising one is an ADR

NOT_OURS = {
    *(".git", ".venv", ".maillage", "node_modules", "dist", "htmlcov", "__pycache__"),
    *(".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"),
}
BINARY = {".png", ".jpg", ".ico", ".gif", ".woff2", ".pyc", ".gz", ".zip", ".pdf", ".coverage"}

SKELETON = (
    *("README.md", "pyproject.toml", "src/{package}/py.typed"),
    *("src/{package}/__init__.py", "src/{package}/__main__.py", "src/{package}/wiring.py"),
    *("src/{package}/migrations/*.sql", "src/{package}/usecases/store.py"),
    *("src/{package}/adapters/memory.py", "src/{package}/adapters/postgres.py"),
    *("src/{package}/entrypoints/http.py", "src/{package}/entrypoints/kafka.py"),
    *("tests/store/test_*.py", "tests/component/test_*.py"),
)
NAMES_THAT_ATTRACT = {"service", "manager", "helpers", "helper", "utils", "util", "base", "common"}

IMPURE_MODULES = {"asyncio", "logging", "os", "random", "secrets", "socket", "subprocess", "time"}
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "random"}
IMPURE_BUILTINS = {"open", "print", "input"}  # as methods they may be words of the trade
SET_ASIDE = re.compile(r"\bmark\.(skip|xfail)")
CONTRACTS_READ = ("pydantic", "pydantic_core", "maillage_contracts")
DOMAIN_READS = ("pydantic", "maillage_contracts.vocabulary", "maillage_contracts.refusals")

# A letter in brackets each, so that this file does not hold what it looks for.
LEFTOVER = re.compile(r"\b(FIXM[E]|TOD[O]|XX[X])\b")
REMARK = re.compile(r"#.*|\b[A-Z]+:")  # in code, a name may be the word: a task is to do, or done
MACHINE = re.compile(
    r"(?<![\w.])/(wor[k]|roo[t]|hom[e]|User[s])/[\w.]|/opt/wheel[s]"
    r"|\b(pyp[i]\.org|pythonhoste[d]\.org|npmj[s]\.(org|com)|mave[n]\.apache\.org"
    r"|repo1?\.mave[n]\.org|proxy\.golan[g]\.org|crate[s]\.io|docke[r]\.io|qua[y]\.io"
    r"|ghc[r]\.io|gc[r]\.io)\b"
)


class Complaint(NamedTuple):
    """One thing to mend: where, and what."""

    path: str
    line: int
    words: str


@dataclass(frozen=True)
class Source:
    """One text file of the tree; `path` is relative to its root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def syntax(self) -> ast.Module:
        """Return the syntax tree of a Python file."""
        return ast.parse(self.text, self.path)

    @property
    def is_test(self) -> bool:
        """Whether it is below a folder called tests."""
        return "tests" in self.path.split("/")[:-1]

    def at(self, node: ast.AST, words: str) -> Complaint:
        """Return a complaint about a node of the syntax tree."""
        return Complaint(self.path, getattr(node, "lineno", 1), words)


class Tree:
    """All the text files of a checkout, read once."""

    def __init__(self, root: Path) -> None:
        """Read everything below `root` that is ours."""
        self.root = root
        self.sources = [
            Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
            for path in sorted(_ours(root))
        ]

    def named(self, pattern: str) -> Iterator[Source]:
        """Yield the files whose whole relative path matches a regular expression."""
        wanted = re.compile(pattern)
        return (source for source in self.sources if wanted.fullmatch(source.path))

    @property
    def python(self) -> Iterator[Source]:
        """Yield the Python files."""
        return self.named(r".*\.py")


def _ours(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in NOT_OURS or path.is_symlink():
            continue
        if path.is_dir():
            yield from _ours(path)
        elif path.suffix not in BINARY and not path.name.startswith(".coverage"):
            yield path


Guard = Callable[[Tree], Iterable[Complaint]]


def sizes(tree: Tree) -> Iterable[Complaint]:
    """A function fits on a screen, a file in one sitting, a call on a line."""
    for source in tree.python:
        lines = source.text.count("\n")
        if lines > FILE_LINES_MAX:
            yield Complaint(source.path, lines, f"{lines} lines, {FILE_LINES_MAX} at most")
        for node in ast.walk(source.syntax):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _function_sizes(source, node)


def _function_sizes(
    source: Source, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Iterable[Complaint]:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if lines > FUNCTION_LINES_MAX:
        yield source.at(node, f"{node.name} has {lines} lines, {FUNCTION_LINES_MAX} at most")
    named = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    passed = len([name for name in named if name not in {"self", "cls"}])
    if passed > POSITIONAL_MAX:
        yield source.at(node, f"{node.name} takes {passed} by position, {POSITIONAL_MAX} at most")


def no_package_below_tests(tree: Tree) -> Iterable[Complaint]:
    """With one, a test file hides its namesake of another service and stays green."""
    for source in tree.named(r"(.*/)?tests/(.*/)?__init__\.py"):
        yield Complaint(source.path, 1, "no __init__.py below tests/")


def pure_domain(tree: Tree) -> Iterable[Complaint]:
    """Rules neither wait nor look at the clock, at chance, at files or at a log."""
    for source in tree.named(r".*/src/\w+/domain/.*\.py"):
        for node in ast.walk(source.syntax):
            if isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith):
                yield source.at(node, "a rule does not wait")
            elif isinstance(node, ast.Call) and _is_impure(node):
                yield source.at(node, f"a rule does not call {_called(node)}: pass the value in")


def _is_impure(node: ast.Call) -> bool:
    builtin = isinstance(node.func, ast.Name) and node.func.id in IMPURE_BUILTINS
    return builtin or _called(node) in IMPURE_CALLS


def allowed_imports(tree: Tree) -> Iterable[Complaint]:
    """Contracts need pydantic alone, rules the vocabulary alone, adapters the store alone."""
    for source in tree.python:
        if (allowed := _allowed(source.path)) is None:
            continue
        for node, module in _imports(source):
            if not allowed(module):
                yield source.at(node, f"may not import {module}")


def _allowed(path: str) -> Callable[[str], bool] | None:
    """Return what the file may import; None when import-linter says all there is to say."""
    package = next((part for part in path.split("/") if part.startswith("maillage_")), "")
    if re.fullmatch(r"libs/contracts/src/.*", path):
        return lambda name: _standard(name) or _within(name, *CONTRACTS_READ)
    if re.fullmatch(r"services/\w+/src/\w+/domain/.*", path):
        return lambda name: (
            (_standard(name) and name.partition(".")[0] not in IMPURE_MODULES)
            or _within(name, *DOMAIN_READS, f"{package}.domain")
        )
    if re.fullmatch(r"services/\w+/src/\w+/adapters/.*", path):
        return lambda name: (
            _within(name, f"{package}.usecases.store") or not _within(name, f"{package}.usecases")
        )
    return None


def _imports(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Yield every module the file reads; `from a import b` as `a.b` where a is one of ours."""
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            ours = node.module.count(".") == 0 and node.module.startswith("maillage_")
            usecases = node.module.endswith(".usecases")
            for alias in node.names if ours or usecases else ():
                yield node, f"{node.module}.{alias.name}"
            if not (ours or usecases):
                yield node, node.module


def _standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def honest_tests(tree: Tree) -> Iterable[Complaint]:
    """Tests wait for a state, never for a time; they are neither skipped nor empty."""
    for source in (source for source in tree.python if source.is_test):
        for node in ast.walk(source.syntax):
            if isinstance(node, ast.Call) and _called(node) == "sleep":
                yield source.at(node, "no sleep in a test: wait with eventually(...)")
            elif isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant):
                yield source.at(node, "an assertion that cannot fail")
            elif isinstance(node, ast.Attribute) and SET_ASIDE.search(ast.unparse(node)):
                yield source.at(node, f"no {node.attr} mark: mend the test or delete it")


def finished(tree: Tree) -> Iterable[Complaint]:
    """What is left to do is not left in the code."""
    for source in tree.sources:
        is_code = source.path.endswith(".py")
        for number, line in enumerate(source.text.splitlines(), 1):
            said = " ".join(REMARK.findall(line)) if is_code else line
            if found := LEFTOVER.search(said):
                yield Complaint(source.path, number, f"leftover {found[0]}")
    for source in tree.python:
        for node in ast.walk(source.syntax):
            if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node):
                yield source.at(node, "not implemented")


def no_machine(tree: Tree) -> Iterable[Complaint]:
    """Nothing names a folder of somebody's machine, nor where packages come from."""
    for source in tree.sources:
        for number, line in enumerate(source.text.splitlines(), 1):
            if found := MACHINE.search(line):
                yield Complaint(source.path, number, f"names a machine or a registry: {found[0]}")


def documents(tree: Tree) -> Iterable[Complaint]:
    """A document has one title, and its relative links lead somewhere, to the heading they name."""
    prose = {source.path: _without_blocks(source.text) for source in tree.named(r".*\.md")}
    for path, text in prose.items():
        titles = len(re.findall(r"^# ", text, re.MULTILINE))
        if titles != 1:
            yield Complaint(path, 1, f"{titles} titles, one wanted")
        for number, line in enumerate(text.splitlines(), 1):
            for file, _, heading in re.findall(r"\]\(([^)#\s]*)(#([^)\s]*))?", line):
                there = posixpath.normpath(f"{path}/../{file}") if file else path
                is_elsewhere = re.match(r"\w+:", file)
                if not is_elsewhere and not (tree.root / there).exists():
                    yield Complaint(path, number, f"broken link to {file}")
                elif heading and there in prose and heading not in _anchors(prose[there]):
                    yield Complaint(path, number, f"no heading #{heading} in {there}")


def _without_blocks(text: str) -> str:
    return re.sub(r"^(```+).*?^\1", _blank, text, flags=re.DOTALL | re.MULTILINE)


def _anchors(text: str) -> Iterator[str]:
    """Headings as web pages of repositories name them in links."""
    for heading in re.findall(r"^#+ +(.*?) *$", text, re.MULTILINE):
        shown = re.sub(r"\]\([^)]*\)", "]", heading)  # of a link, its words
        yield re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")


def _blank(block: re.Match[str]) -> str:
    return "\n" * block[0].count("\n")


def skeleton(tree: Tree) -> Iterable[Complaint]:
    """Who knows one service knows them all; no file is called after a layer's habit."""
    for project in tree.named(r"services/\w+/pyproject\.toml"):
        home = project.path.rpartition("/")[0]
        package = "maillage_" + home.rpartition("/")[2]
        for part in (part.format(package=package) for part in SKELETON):
            if not any((tree.root / home).glob(part)):
                yield Complaint(f"{home}/{part}", 1, "missing")
    for source in tree.named(r"services/.*\.py"):
        if Path(source.path).stem in NAMES_THAT_ATTRACT:
            yield Complaint(source.path, 1, "name it after a verb or a noun of the trade")


def budgets(tree: Tree) -> Iterable[Complaint]:
    """What all services share stays readable in one sitting."""
    for library, lines_max in LIBRARY_LINES_MAX.items():
        # Tests use testing and memory; the policy is a table that grows with the services.
        read = tree.named(rf"{library}/src/(?!\w+/(testing|memory|policy)\b).*\.py")
        lines = sum(code_lines(source) for source in read)
        if lines > lines_max:
            yield Complaint(library, 1, f"{lines} lines of code, {lines_max} at most")


def code_lines(source: Source) -> int:
    """Count the lines that are neither blank, nor a comment, nor a docstring."""
    said: set[int] = set()
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.Expr) and isinstance(_value(node.value), str):
            said.update(range(node.lineno, (node.end_lineno or 0) + 1))
    lines = enumerate(source.text.splitlines(), 1)
    return sum(1 for number, line in lines if number not in said and line.strip().partition("#")[0])


def _value(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def decisions(tree: Tree) -> Iterable[Complaint]:
    """Decisions are numbered from 1 without a hole, and all in the index."""
    home = "docs/decisions/"
    index = "".join(source.text for source in tree.named(home + r"README\.md"))
    records = [source.path.removeprefix(home) for source in tree.named(home + r"\d{4}-.*\.md")]
    for number, name in enumerate(records, 1):
        if not name.startswith(f"{number:04}-"):
            yield Complaint(home + name, 1, f"number {number:04} expected")
        if f"]({name})" not in index:
            yield Complaint(home + name, 1, f"not in {home}README.md")


def glossary(tree: Tree) -> Iterable[Complaint]:
    """Every code name of the glossary (last column, in backticks) is used by the code."""
    code = "\n".join(s.text for s in tree.named(r"(libs|services)/\w+/src/.*\.py"))
    words = set(re.findall(r"\w+", code))
    for source in tree.named(r"docs/glossary\.md"):
        for number, line in enumerate(source.text.splitlines(), 1):
            cells = [cell.strip() for cell in line.strip("| ").split("|")]
            for name in re.findall(r"`([^`]+)`", cells[1]) if len(cells) > 1 else ():
                if not set(re.findall(r"\w+", name)) <= words:
                    yield Complaint(source.path, number, f"{name} is not in the code")


GUARDS: tuple[Guard, ...] = (
    *(sizes, no_package_below_tests, pure_domain, allowed_imports, honest_tests, finished),
    *(no_machine, documents, skeleton, budgets, decisions, glossary),
)


def main() -> int:
    """Run every guard on the checkout this file is in."""
    tree = Tree(Path(__file__).resolve().parent.parent)
    complaints = [complaint for guard in GUARDS for complaint in guard(tree)]
    for path, line, words in complaints:
        print(f"{path}:{line}: {words}")
    print(f"tidy: {len(GUARDS)} guards, {len(tree.sources)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
