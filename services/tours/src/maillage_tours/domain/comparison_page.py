"""A day several ways on one page, in French or English; HTML to print."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from html import escape
from typing import Literal

from maillage_tours.domain.reasons_in_french import in_french
from maillage_tours.domain.scenario import BY_ALONE, Comparison, Outcome

Language = Literal["en", "fr"]

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "The same day, three ways",
        "of": "{on}: {orders} orders, returns included; distances: {matrix}",
        "as_is": "Each alone",
        "shared_vans": "Shared vans",
        "hub_and_bikes": "Hub, bikes, returns",
        "tours": "Tours",
        "distance_km": "km",
        "empty_km": "km empty",
        "hours": "Hours",
        "cost": "Euros",
        "kgco2e": "kgCO2e",
        "each": "{figure} by order carried",
        "insertion_hours": "Hours of insertion",
        "carried": "Orders carried",
        "unserved": "Orders left",
        "why": "Orders left, and why",
        "unequal": "These ways do not carry the same orders: their sums are not for the same"
        " service. Compare what each order carried takes; which are left, and why, stands below.",
        "searched": "Each way was searched for {cpu_seconds} s of processor time at most,"
        " seed {seed}.",
        "cut": "{way}: the clock ended its search early; it may look worse than it is.",
        "fill": "Fill, {vehicle_class}, {leg}",
        "out": "out",
        "back": "back",
        "who": "Actor|Orders|Left alone|Left shared|Alone, euros|Share, euros|Saving, euros",
        "alone": "Alone, {alone} of these orders could not be carried, shared {shared}: they cost"
        " nothing there. Who has such orders has no saving, for the two sums are not alike.",
        "formula": BY_ALONE,
        "no_factor": "Without {km} km of vehicles whose emissions nobody knows.",
        "declared": "Declared rounds of such a day: {rounds}, {km} km, {empty} km empty, {cost}"
        " euros ({without} without a cost).",
    },
    "fr": {
        "title": "La même journée, de trois façons",
        "of": "{on} : {orders} commandes, retours compris ; distances : {matrix}",
        "as_is": "Chacun pour soi",
        "shared_vans": "Fourgons partagés",
        "hub_and_bikes": "Hub, vélos, retours",
        "tours": "Tournées",
        "distance_km": "km",
        "empty_km": "km à vide",
        "hours": "Heures",
        "cost": "Euros",
        "kgco2e": "kgCO2e",
        "each": "{figure} par commande transportée",
        "insertion_hours": "Heures d\u2019insertion",
        "carried": "Commandes transportées",
        "unserved": "Commandes laissées",
        "why": "Commandes laissées, et pourquoi",
        "unequal": "Ces façons ne transportent pas les mêmes commandes : leurs totaux ne valent pas"
        " le même service. Comparez par commande transportée ; celles qui restent, et pourquoi,"
        " sont plus bas.",
        "searched": "Chaque façon a été cherchée pendant {cpu_seconds} s de processeur au plus,"
        " graine {seed}.",
        "cut": "{way} : l\u2019horloge a arrêté la recherche trop tôt ; elle peut paraître moins"
        " bonne qu\u2019elle n\u2019est.",
        "fill": "Remplissage, {vehicle_class}, {leg}",
        "out": "aller",
        "back": "retour",
        "who": "Acteur|Commandes|Laissées seul|Laissées ensemble|Seul, euros|Part, euros"
        "|Économie, euros",
        "alone": "Seuls, {alone} commandes n\u2019auraient pu partir, ensemble {shared} : elles"
        " n\u2019y coûtent rien. Sans économie pour qui en a : les sommes ne se comparent pas.",
        "formula": "Du coût de la journée partagée, un acteur supporte : ses commandes"
        " transportées ce jour-là x ce que lui coûte seul une des siennes, sur la somme pour tous ;"
        " qui seul n\u2019aurait pu en transporter aucune compte pour la moyenne de tous. Centimes"
        " au plus fort reste.",
        "no_factor": "Hors {km} km de véhicules aux émissions inconnues.",
        "declared": "Tournées déclarées pour un tel jour : {rounds}, {km} km dont {empty} à vide,"
        " {cost} euros ({without} sans coût).",
    },
}
FIGURES = ("tours", "distance_km", "empty_km", "hours", "kgco2e", "insertion_hours", "carried")
EACH = ("cost", "distance_km", "hours", "kgco2e")
STYLE = (
    "body{font:11pt sans-serif;margin:2cm}table{border-collapse:collapse;margin:1em 0}"
    "td,th{border:1px solid #999;padding:.2em .5em;text-align:right}th:first-child,td:first-child"
    "{text-align:left}"
)
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)
"""What a browser may do with the page: apply this style, and nothing else."""


def page(comparison: Comparison, language: Language) -> str:
    """The page; every text of others is escaped."""
    words = WORDS[language]
    declared = comparison.declared
    day = words["of"].format(
        on=comparison.on, orders=comparison.orders, matrix=escape(comparison.matrix)
    )
    rounds = words["declared"].format(
        rounds=declared.rounds,
        km=declared.distance_km,
        empty=declared.empty_km,
        cost=declared.cost.amount,
        without=declared.without_cost,
    )
    return "".join(
        (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
            f"<title>{words['title']}</title><style>{STYLE}</style></head><body>",
            f"<h1>{words['title']}</h1><p>{day}</p>",
            _ways(comparison.outcomes, words),
            _searched(comparison, words),
            f"<p>{rounds}</p>" if declared.rounds else "",
            _accounts(comparison, words),
            "".join(_left(one, language) for one in comparison.outcomes if one.unserved),
            "</body></html>\n",
        )
    )


def _ways(outcomes: Iterable[Outcome], words: Mapping[str, str]) -> str:
    """A column for each way."""
    ways = list(outcomes)
    rows = [("", [words[one.way] for one in ways])]
    rows += [(words[name], [_figure(getattr(one, name)) for one in ways]) for name in FIGURES]
    rows.append((words["unserved"], [str(len(one.unserved)) for one in ways]))
    rows.append((words["cost"], [str(one.cost.amount) for one in ways]))
    for name in EACH:
        label = words["each"].format(figure=words[name])
        rows.append((label, [_each(one, name) for one in ways]))
    kinds = {(fill.vehicle_class, fill.leg): None for one in ways for fill in one.fills}
    for vehicle_class, leg in sorted(kinds, key=lambda kind: (kind[0], kind[1] == "back")):
        label = words["fill"].format(vehicle_class=escape(vehicle_class), leg=words[leg])
        rows.append((label, [_filled(one, vehicle_class, leg) for one in ways]))
    notes = "".join(
        f"<p>{words[one.way]}: {words['no_factor'].format(km=one.km_without_factor)}</p>"
        for one in ways
        if one.km_without_factor
    )
    left = {frozenset(gone.order_id for gone in one.unserved) for one in ways}
    unequal = f"<p>{words['unequal']}</p>" if len(left) > 1 else ""
    return _table(rows) + unequal + notes


def _searched(comparison: Comparison, words: Mapping[str, str]) -> str:
    """With how much patience, and where the clock ended it."""
    said = [words["cut"].format(way=words[one.way]) for one in comparison.outcomes if one.was_cut]
    if comparison.cpu_seconds is not None:
        patience = {"cpu_seconds": comparison.cpu_seconds, "seed": comparison.seed}
        said.insert(0, words["searched"].format_map(patience))
    return "".join(f"<p>{one}</p>" for one in said)


def _each(outcome: Outcome, name: str) -> str:
    return f"{getattr(outcome.per_order, name):.3f}" if outcome.per_order else ""


def _figure(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, Decimal) else str(value)


def _filled(outcome: Outcome, vehicle_class: str, leg: str) -> str:
    found = (f for f in outcome.fills if (f.vehicle_class, f.leg) == (vehicle_class, leg))
    return next((f"{fill.load_factor * 100:.0f} %" for fill in found), "")


def _accounts(comparison: Comparison, words: Mapping[str, str]) -> str:
    head, *columns = words["who"].split("|")
    rows = [(head, columns)]
    for one in comparison.accounts:
        left = (one.orders, one.unserved_alone, one.unserved_shared)
        figures = (*left, one.alone.amount, one.share.amount, one.saving)
        cells = ["" if figure is None else str(figure) for figure in figures]
        rows.append((str(one.actor_id), cells))
    alone = sum(one.unserved_alone for one in comparison.accounts)
    shared = sum(one.unserved_shared for one in comparison.accounts)
    note = f"<p>{words['alone'].format(alone=alone, shared=shared)}</p>" if alone or shared else ""
    is_known = comparison.formula == BY_ALONE  # of an earlier one there is no French
    formula = words["formula"] if is_known else comparison.formula
    return f"{_table(rows)}<p>{escape(formula)}</p>{note}"


def _left(outcome: Outcome, language: Language) -> str:
    """Orders by why they are left, the most frequent reason first."""
    words, orders = WORDS[language], dict[str, list[str]]()
    for one in outcome.unserved:
        reason = in_french(one.reason) if language == "fr" else one.reason
        orders.setdefault(reason, []).append(str(one.order_id))
    rows = "".join(
        f"<li>{len(some)}: {escape(reason)}<br><small>{', '.join(some)}</small></li>"
        for reason, some in sorted(orders.items(), key=lambda one: -len(one[1]))
    )
    return f"<h2>{words[outcome.way]}: {words['why']}</h2><ul>{rows}</ul>"


def _table(rows: Iterable[tuple[str, list[str]]]) -> str:
    """The first row is a heading; labels are safe, figures are escaped."""
    first, *others = rows
    head = "".join(f"<th>{escape(cell)}</th>" for cell in first[1])
    body = "".join(
        f"<tr><td>{label}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for label, cells in others
    )
    return f"<table><tr><th>{first[0]}</th>{head}</tr>{body}</table>"
