"""A statement on one page, in French or English, with its notes of method; HTML to print."""

from html import escape

from maillage_impact.domain.statement import Figure, Statement, bills_of

WORDS = {
    "en": {
        "title": "Statement of impact",
        "period": "from {first} to {last}",
        "columns": ("Figure", "Value", "95 % interval", "Unit", "Lines"),
        "accounts": {
            "induced": "Induced",
            "avoided": "Avoided, against an approved baseline",
            "physical": "Activity",
            "social": "Social",
            "money": "Money",
            "derived": "Made of the figures above",
        },
        "withheld": "withheld (fewer than 3 actors, or 5 households)",
        "unsure": "not demonstrated",
        "bills": "Bill before {before} EUR, now {after} EUR: {saved} EUR saved, {reinvested} EUR"
        " invested again.",
        "method": "Method",
        "notes": (
            (
                "Induced and avoided are two accounts; they are never netted. A figure below"
                " zero is worse than before, and is shown."
            ),
            (
                "Nothing is avoided without an approved baseline for the day, nor below what"
                " the law asks for anyway."
            ),
            (
                "Transport is vehicle-km of whole round trips x consumption x factor, well to"
                " wheel, after EN ISO 14083; electricity is location-based."
            ),
            (
                "Intervals of 95 % are from the uncertainty of factors, shared by with and without;"
                " below a probability of 0.9 nothing is called avoided."
            ),
        ),
        "proof": "View {view}, factors {factors}; ledger of {lines} lines, head {head}.",
    },
    "fr": {
        "title": "Bilan d\u2019impact",
        "period": "du {first} au {last}",
        "columns": ("Indicateur", "Valeur", "Intervalle à 95 %", "Unité", "Lignes"),
        "accounts": {
            "induced": "Induit",
            "avoided": "Évité, par rapport à une référence approuvée",
            "physical": "Activité",
            "social": "Social",
            "money": "Économie",
            "derived": "Calculé à partir des chiffres ci-dessus",
        },
        "withheld": "non publié (moins de 3 acteurs, ou de 5 foyers)",
        "unsure": "non démontré",
        "bills": "Facture avant {before} EUR, maintenant {after} EUR\u00a0: {saved} EUR"
        " économisés, dont {reinvested} EUR réinvestis.",
        "method": "Méthode",
        "notes": (
            (
                "Les émissions induites et évitées sont deux comptes\u00a0; elles ne se"
                " compensent jamais. Un chiffre négatif est une dégradation, et il est"
                " montré."
            ),
            (
                "Rien n\u2019est évité sans référence approuvée pour le jour,"
                " ni en deçà de ce que la loi impose déjà."
            ),
            (
                "Transport\u00a0: véhicules-kilomètres des tournées entières x"
                " consommation x facteur, du puits à la roue, selon EN ISO 14083\u00a0;"
                " électricité selon le lieu."
            ),
            (
                "Intervalles à 95 %, d\u2019après l\u2019incertitude des facteurs, commune"
                " aux situations avec et sans\u00a0; sous une probabilité de 0,9 rien"
                " n\u2019est dit évité."
            ),
        ),
        "proof": "Vue {view}, facteurs {factors}\u00a0; registre de {lines} lignes, tête {head}.",
    },
}
STYLE = (
    "@page{size:A4;margin:14mm}body{font:10pt sans-serif;max-width:190mm;margin:auto}"
    "table{border-collapse:collapse;width:100%}td,th{padding:1mm 2mm;text-align:left;"
    "border-bottom:.2mm solid #999}td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "h1{font-size:16pt}h2{font-size:11pt;margin:3mm 0 1mm}small{color:#444}"
)


def page(statement: Statement, language: str) -> str:
    """The page; every text of others is escaped. `language` is fr or en."""
    words = WORDS[language]
    scope = statement.scope
    parts = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        f"<title>{escape(statement.name)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{words['title']}: {escape(statement.name)}</h1>",
        f"<p>{_format(words['period'], first=scope.first, last=scope.last)}</p>",
    ]
    accounts = words["accounts"]
    assert isinstance(accounts, dict)  # noqa: S101 the table above
    for account, title in accounts.items():
        of_account = [figure for figure in statement.figures if figure.account == account]
        if of_account:
            parts += [f"<h2>{title}</h2>", _table(of_account, language)]
    bills = bills_of(statement)
    if bills is not None:
        told = _format(
            words["bills"],
            before=bills.before_eur,
            after=bills.after_eur,
            saved=bills.saved_eur,
            reinvested=bills.reinvested_eur,
        )
        parts.append(f"<p>{told}</p>")
    notes = "".join(f"<li>{escape(note)}</li>" for note in (*words["notes"], *statement.notes))
    proof = _format(
        words["proof"],
        view=scope.view,
        factors=statement.factor_version,
        lines=statement.ledger_place,
        head=statement.ledger_head[:16],
    )
    parts += [f"<h2>{words['method']}</h2><small><ul>{notes}</ul><p>{escape(proof)}</p></small>"]
    return "".join(parts) + "</body></html>\n"


def _format(text: object, **values: object) -> str:
    return str(text).format(**values)


def _table(figures: list[Figure], language: str) -> str:
    words = WORDS[language]
    head = "".join(f"<th>{column}</th>" for column in words["columns"])
    return f"<table><tr>{head}</tr>{''.join(_row(one, language) for one in figures)}</table>"


def _row(figure: Figure, language: str) -> str:
    words = WORDS[language]
    value = str(words["withheld"]) if figure.value is None else f"{figure.value:f}"
    if language == "fr" and figure.value is not None:
        value = value.replace(".", ",")
    if figure.is_demonstrated is False:
        value += f" ({words['unsure']})"
    interval = "" if figure.low is None else f"{figure.low:f} \u2013 {figure.high:f}"
    if language == "fr":
        interval = interval.replace(".", ",")
    name = escape(f"{figure.ref} {figure.code}")
    return (
        f'<tr><td>{name}<br><small>{escape(figure.meaning)}</small></td><td class="n">{value}</td>'
        f'<td class="n">{interval}</td><td>{escape(figure.unit)}</td>'
        f'<td class="n">{figure.lines or ""}</td></tr>'
    )
