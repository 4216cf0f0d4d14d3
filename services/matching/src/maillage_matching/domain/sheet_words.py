"""French words of the experience sheet, whose template is that of the pages it is meant for."""

from datetime import date
from decimal import Decimal

from maillage_matching.domain.resource import THEN

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
UNITS = {"unit": "unités"}
PROCESSES = {
    "absorption-cooling": "froid par absorption",
    "chipping": "déchiquetage",
    "chipping-and-removal-of-nails": "déchiquetage et déferraillage",
    "cogeneration": "cogénération",
    "combustion": "combustion",
    "composting": "compostage",
    "conversion-to-biofuel": "transformation en biocarburant",
    "cooking-and-jarring": "cuisson et mise en bocaux",
    "crushing": "concassage",
    "crushing-and-sorting": "concassage et tri",
    "cutting": "découpe",
    "cutting-and-sewing": "découpe et couture",
    "decontamination-and-recycling": "dépollution et recyclage",
    "defibration": "défibrage",
    "distillation": "distillation",
    "drying": "séchage",
    "drying-and-milling": "séchage et mouture",
    "drying-and-pelletising": "séchage et granulation",
    "drying-and-pressing": "séchage et pressage",
    "esterification": "estérification",
    "feeding-of-animals": "alimentation animale",
    "fibre-tearing": "effilochage",
    "filtration": "filtration",
    "filtration-and-disinfection": "filtration et désinfection",
    "glass-recycling": "recyclage du verre",
    "grinding": "broyage fin",
    "grinding-into-beads": "broyage en billes",
    "heat-exchange": "échange de chaleur",
    "heat-pump": "pompe à chaleur",
    "injection-moulding": "injection plastique",
    "inoculation-as-substrate": "ensemencement comme substrat",
    "metal-recycling": "recyclage des métaux",
    "methanisation": "méthanisation",
    "milling-into-brewing-mash": "mouture pour le brassage",
    "pelletising": "granulation",
    "plastic-recycling": "recyclage des plastiques",
    "pressing": "pressage",
    "pressing-of-seeds": "pressage de graines",
    "pyrolysis": "pyrolyse",
    "recycling": "recyclage",
    "redistribution": "redistribution",
    "refurbishing": "reconditionnement",
    "regeneration": "régénération",
    "regranulation": "regranulation",
    "repair": "réparation",
    "retreading": "rechapage",
    "saponification": "saponification",
    "separation-of-paper-and-milling": "séparation du papier et mouture",
    "shredding": "broyage",
    "shredding-and-sorting": "broyage et tri",
    "sorting-and-crushing": "tri et broyage",
    "sorting-and-cutting": "tri et découpe",
    "sorting-and-reuse": "tri et réemploi",
    "steam-cleaning": "nettoyage à la vapeur",
    "transport-by-pipe": "transport par canalisation",
    "washing": "lavage",
    "wood-recycling": "recyclage du bois",
}
"""Every process of the rules of the catalogue."""


def day(one: date) -> str:
    """A day as it is written in a text."""
    first = "1er" if one.day == 1 else str(one.day)
    return f"{first} {MONTHS[one.month - 1]} {one.year}"


def process(name: str) -> str:
    """What is done to a thing, in one step or two."""
    return ", puis ".join(PROCESSES.get(step, step) for step in name.split(THEN))


def number(one: Decimal) -> str:
    """A number as it is written in France: a comma, and thousands apart."""
    whole, _, rest = f"{one:,f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", " ") + (f",{rest}" if rest else "")
