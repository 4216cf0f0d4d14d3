"""Why an order is left, in French: the sentences of `reasons` and `relays`, part by part."""

import re
from collections.abc import Sequence

_TEMPERATURES = {"frozen": "surgelé", "cold": "froid", "ambient": "ambiant", "hot": "chaud"}
_PARTS: Sequence[tuple[str, str]] = (
    (r"^no vehicle is in service on this day$", "aucun véhicule n\u2019est en service ce jour-là"),
    (
        r"^the other leg of this order could not be planned$",
        "l\u2019autre trajet de cette commande n\u2019a pas pu être planifié",
    ),
    (
        r"^no room for (\d+) crates at (.+), which takes (\d+) on a day$",
        r"pas de place pour \1 caisses à \2, qui en prend \3 par jour",
    ),
    (r"no dirty (\w+) compartment", r"pas de compartiment \1 pour ce qui est sale"),
    (r"no (\w+) compartment", r"pas de compartiment \1"),
    (r"(\S+) kg is too heavy", "\\1 kg, c\u2019est trop lourd"),
    (r"(\S+) m3 is too large", "\\1 m3, c\u2019est trop volumineux"),
    (r"(\S+) crates are too many", "\\1 caisses, c\u2019est trop"),
    (r"may not enter (.+?) at that time", r"entrée interdite à cette heure dans \1"),
    (r"too far for its range", "trop loin pour son autonomie"),
    (r"cannot keep the windows within its shift", "créneaux intenables dans ses horaires"),
    (r"would take longer than its crew may work", "plus long que le temps de travail permis"),
    (r"its shift is taken by published tours", "horaires déjà pris par des tournées publiées"),
    (r" and (\d+) more\)", r" et \1 autres)"),
    (r"(\S+) crates more room", r"\1 caisses de place en plus"),
    (r"(\S+ (?:kg|m3)) more room", r"\1 de place en plus"),
    (r"\(dirty (\w+)\)", r"(\1, sale)"),
    (r"(\d+) km more range", "\\1 km d\u2019autonomie en plus"),
    (r"a cleaning between two loads", "un nettoyage entre deux charges"),
    (r"a trip apart from other goods", "un voyage à part d\u2019autres marchandises"),
    (r"a rest on the way", "un repos en chemin"),
    (r"^would need (.*?) on ", r"il faudrait \1 sur "),
    *(
        (rf"(compartiment |\(){english}(?=[ ,)]|$)", rf"\g<1>{french}")
        for english, french in _TEMPERATURES.items()
    ),
)


def in_french(reason: str) -> str:
    """The same reason; names of places and vehicles, and what is not known here, stay."""
    for english, french in _PARTS:
        reason = re.sub(english, french, reason)
    if reason.startswith("il faudrait "):
        reason = re.sub(r" and (?=\d|un )", " et ", reason)
    return reason
