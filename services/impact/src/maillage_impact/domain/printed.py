"""A statement on one page, in French or English, with its notes of method; HTML to print."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from maillage_impact.domain.printed_words import WORDS, Words
from maillage_impact.domain.statement import Figure, Statement, bills_of

STYLE = (
    "@page{size:A4;margin:10mm}body{font:8pt sans-serif;max-width:190mm;margin:auto}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.25mm 1mm;text-align:left;"
    "border-bottom:.1mm solid #bbb}td.n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}th.a{padding-top:1.5mm}h1{font-size:13pt;margin:0}p,ul{margin:1mm 0}"
    "small{color:#444;font-size:6.5pt}"
)
"""Small enough for every figure that there is on one page of A4."""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
    "; frame-ancestors 'none'"
)
"""What a browser may do with the page: apply this style, and nothing else."""


def page(statement: Statement, language: str) -> str:
    """The page; every text of others is escaped. `language` is fr or en."""
    words, scope = WORDS[language], statement.scope
    kind, *rest = statement.name.split(" ") if scope.about != "zone" else [statement.name]
    name = escape(" ".join([words.names.get(kind, kind), *rest]))
    head = "".join(f"<th>{column}</th>" for column in words.columns)
    figures = "".join(
        _group(title, [one for one in statement.figures if one.account == account], words)
        for account, title in words.accounts.items()
    )
    notes = [*words.notes, *(words.note(note) for note in statement.notes)]
    if any(figure.weak_value is not None for figure in statement.figures):
        notes.append(words.weak_note)
    proof = words.proof.format(
        view=words.views.get(scope.view, scope.view),
        factors=words.views.get(statement.factor_version, statement.factor_version),
        lines=statement.ledger_place,
        head=statement.ledger_head[:16],
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{name}</title><style>{STYLE}</style></head><body>"
        f"<h1>{words.title.format(name=name)}</h1>"
        f"<p>{words.period.format(first=words.date(scope.first), last=words.date(scope.last))}</p>"
        f"<table><tr>{head}</tr>{figures}</table>{_bills(statement, words)}"
        f"<p><b>{words.method}</b></p><small><ul>"
        f"{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>"
        f"<p>{escape(proof)}</p></small></body></html>\n"
    )


def _bills(statement: Statement, words: Words) -> str:
    bills = bills_of(statement)
    if bills is None:
        return ""
    told = words.bills.format(
        before=words.number(bills.before_eur),
        after=words.number(bills.after_eur),
        saved=words.number(bills.saved_eur),
        reinvested=words.number(bills.reinvested_eur),
    )
    return f"<p>{told}</p>"


def _group(title: str, figures: Sequence[Figure], words: Words) -> str:
    if not figures:
        return ""
    row = f'<tr><th class="a" colspan="{len(words.columns)}">{title}</th></tr>'
    return row + "".join(_row(figure, words) for figure in figures)


def _row(figure: Figure, words: Words) -> str:
    value = words.withheld if figure.value is None else words.number(figure.value)
    if figure.is_demonstrated is False:
        value += f" ({words.unsure})"
    if figure.weak_value is not None:
        value += f"<br><small>{words.weak.format(value=words.number(figure.weak_value))}</small>"
    interval = ""
    if figure.low is not None and figure.high is not None:
        interval = f"{words.number(figure.low)} \u2013 {words.number(figure.high)}"
    meaning = words.figures.get(figure.code, figure.meaning.rstrip("."))
    return (
        f"<tr><td>{figure.ref} {escape(meaning)} <small>{figure.code}</small></td>"
        f'<td class="n">{value}</td><td class="n">{interval}</td>'
        f"<td>{escape(words.units.get(figure.unit, figure.unit))}</td>"
        f'<td class="n">{figure.lines or ""}</td></tr>'
    )
