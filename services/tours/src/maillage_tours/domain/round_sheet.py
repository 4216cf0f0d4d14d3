"""A round on paper: one page for each tour, in French or English, for a crew without a phone."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from hashlib import sha256
from html import escape
from typing import Literal

from maillage_tours.domain.tour import Stop, Task, TaskStatus, Tour

Language = Literal["fr", "en"]

WORDS: Mapping[Language, Mapping[str, str]] = {
    "fr": {
        "title": "Feuilles de tournée",
        "round": "Tournée du",
        "start": "Départ",
        "end": "Retour",
        "stop": "Arrêt",
        "arrives": "Arrivée",
        "leaves": "Départ",
        "place": "Lieu",
        "todo": "À faire",
        "pickup": "Enlever",
        "dropoff": "Livrer",
        "crates": "caisses",
        "weighed": "Pesé (kg)",
        "refused": "Refusé (kg), motif",
        "temperature": "°C",
        "proof": "Reçu par, heure",
        "nothing": "annulé",
        "frozen": "surgelé",
        "cold": "froid",
        "ambient": "ambiant",
        "hot": "chaud",
        "estimated": "Distances estimées : les heures le sont aussi.",
    },
    "en": {
        "title": "Round sheets",
        "round": "Round of",
        "start": "Start",
        "end": "Back",
        "stop": "Stop",
        "arrives": "Arrives",
        "leaves": "Leaves",
        "place": "Place",
        "todo": "To do",
        "pickup": "Pick up",
        "dropoff": "Deliver",
        "crates": "crates",
        "weighed": "Weighed (kg)",
        "refused": "Refused (kg), why",
        "temperature": "°C",
        "proof": "Received by, time",
        "nothing": "cancelled",
        "frozen": "frozen",
        "cold": "cold",
        "ambient": "ambient",
        "hot": "hot",
        "estimated": "Distances are estimated, and so are the hours.",
    },
}
STYLE = """
@page { size: A4; margin: 12mm }
body { font: 10pt sans-serif; margin: 0 }
section { break-after: page }
section:last-of-type { break-after: auto }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #888; padding: 2mm; text-align: left; vertical-align: top }
thead { display: table-header-group }
tr { break-inside: avoid }
s { color: #666 }
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)
"""What a browser may do with a sheet: apply this style, and nothing else."""
COLUMNS = ("stop", "arrives", "leaves", "place", "todo")
BY_HAND = ("weighed", "refused", "temperature", "proof")


def round_sheets(tours: Iterable[Tour], language: Language, zone: tzinfo) -> str:
    """All sheets as one HTML document, which prints one page or more for each tour."""
    words = WORDS[language]
    pages = "".join(_sheet(tour, words, zone) for tour in tours)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{words['title']}</title><style>{STYLE}</style></head><body>{pages}</body></html>"
    )


def _sheet(tour: Tour, words: Mapping[str, str], zone: tzinfo) -> str:
    figures = tour.figures
    km = f" · {figures.distance_km:.1f} km" if figures else ""
    heads = "".join(f"<th>{words[name]}</th>" for name in (*COLUMNS, *BY_HAND))
    rows = "".join(_row(stop, words, zone) for stop in tour.stops)
    guessed = f"<p>{words['estimated']}</p>" if tour.matrix == "estimated" else ""
    return (
        f"<section><h1>{escape(tour.vehicle.label)}</h1>"
        f"<p>{words['round']} {tour.on:%d/%m/%Y}{km} · "
        f"{words['start']} {_clock(tour.starts_at, zone)} {escape(tour.start.label)} · "
        f"{words['end']} {_clock(tour.ends_at, zone)} {escape(tour.end.label)}</p>{guessed}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _row(stop: Stop, words: Mapping[str, str], zone: tzinfo) -> str:
    todo = "<br>".join(_task(task, words) for task in stop.tasks)
    cells = (
        str(stop.number),
        _clock(stop.arrives_at, zone),
        _clock(stop.departs_at, zone),
        escape(stop.place.label),
        todo,
        *("" for _ in BY_HAND),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _task(task: Task, words: Mapping[str, str]) -> str:
    """What to take or give; the first eight characters tell orders apart on paper."""
    load = task.load
    crates = f", {load.crates} {words['crates']}" if load.crates else ""
    said = (
        f"{words[task.action]} {load.mass_kg:f} kg{crates}, {words[load.temperature]} "
        f"({str(task.order_id)[:8]})"
    )
    return f"<s>{said}</s> {words['nothing']}" if task.status == TaskStatus.VOID else said


def _clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
