"""French words of the experience sheet, whose template is that of the pages it is meant for."""

from datetime import date
from decimal import Decimal

TO_FILL = "[à compléter]"
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
KINDS = {
    "substitution": "substitution : ce dont l'une se défait sert à l'autre",
    "transformation": "substitution après transformation",
    "mutualisation": "mutualisation d'un même flux",
    "sharing": "partage de moyens",
}
EIT = "Écologie industrielle et territoriale"
PILLARS = {
    "substitution": (EIT, "Approvisionnement durable", "Allongement de la durée d'usage"),
    "transformation": (EIT, "Recyclage", "Approvisionnement durable"),
    "mutualisation": (EIT, "Recyclage"),
    "sharing": (EIT, "Économie de la fonctionnalité", "Consommation responsable"),
}
STATUSES = {
    "opened": "dossier ouvert",
    "qualifying": "vérifications",
    "introduced": "parties mises en relation",
    "feasibility": "étude de faisabilité",
    "agreed": "accord",
    "piloting": "essai",
    "running": "synergie en place",
    "paused": "pause",
    "closed": "dossier clos",
    "abandoned": "abandon",
}
FACETS = {
    "technical": "technique",
    "regulatory": "réglementaire",
    "economic": "économique",
    "geographic": "géographique",
    "organisational": "organisationnel",
    "sociocultural": "socioculturel",
}
SOURCES = {
    "engine": "proposée par l'outil, retenue par une conseillère ou un conseiller",
    "workshop": "trouvée en atelier collectif",
    "advisor": "vue lors d'une visite",
    "actor_request": "demandée par une entreprise",
}
ANSWERS = {
    "no": "non, elle n'aurait pas eu lieu sans la démarche",
    "partly": "en partie seulement",
    "yes": "oui, elle aurait eu lieu de toute façon",
}
ROLES = {
    "donor": "cède",
    "receiver": "reçoit",
    "processor": "transforme",
    "member": "participe",
}
REASONS = {
    "wrong_form": "la forme ne convient pas",
    "concentration": "concentration trop faible ou trop forte",
    "contamination": "matière souillée",
    "volume_too_small": "volume trop faible",
    "irregular": "flux irrégulier",
    "quality_variance": "qualité variable",
    "waste_status": "statut du déchet",
    "hazardous": "dangerosité",
    "sanitary": "règles sanitaires",
    "permit": "autorisation manquante",
    "cross_border": "passage de frontière",
    "cost_higher": "coût plus élevé",
    "investment_needed": "investissement nécessaire",
    "no_budget_line": "aucune ligne de budget",
    "price_volatility": "prix instables",
    "too_far": "distance",
    "no_access": "accès impossible",
    "no_storage": "pas de place pour stocker",
    "no_time": "pas le temps",
    "contract_locked": "contrat en cours",
    "no_owner": "personne pour porter le sujet",
    "insurance": "assurance",
    "no_wish": "pas d'envie",
    "competitors": "entreprises concurrentes",
    "distrust": "méfiance",
    "confidentiality": "confidentialité",
    "bad_timing": "mauvais moment",
    "champion_left": "départ de la personne qui portait le sujet",
    "politically_blocked": "blocage politique",
    "stale": "information périmée",
    "duplicate": "doublon",
    "wrong_declaration": "déclaration erronée",
    "already_done": "existait déjà",
    "actor_closed": "cessation d'une entreprise",
}
"""Every reason an advisor can give, in the words of a page that others read."""


def day(one: date) -> str:
    """A day as it is written in a text."""
    first = "1er" if one.day == 1 else str(one.day)
    return f"{first} {MONTHS[one.month - 1]} {one.year}"


def number(one: Decimal) -> str:
    """A number as it is written in France: a comma, and thousands apart."""
    whole, _, rest = f"{one:,f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", " ") + (f",{rest}" if rest else "")
