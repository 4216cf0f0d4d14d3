"""The words of a printed statement, in English and French."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Words:
    """One language. What it has no word for stays as the ledger says it, in English."""

    title: str
    period: str
    columns: tuple[str, ...]
    accounts: Mapping[str, str]
    withheld: str
    unsure: str
    weak: str
    weak_note: str
    bills: str
    method: str
    notes: tuple[str, ...]
    proof: str
    views: Mapping[str, str] = field(default_factory=dict[str, str])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    figures: Mapping[str, str] = field(default_factory=dict[str, str])
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    told: tuple[tuple[str, str], ...] = ()
    """Notes of a statement as patterns, and what they are in this language."""
    day: str = "%Y-%m-%d"
    marks: str = ",."
    """What groups thousands, and what begins decimals."""

    def note(self, note: str) -> str:
        """A note of a statement."""
        found = ((re.fullmatch(pattern, note), text) for pattern, text in self.told)
        return next((text.format(*match.groups()) for match, text in found if match), note)

    def number(self, value: Decimal) -> str:
        """A number with all its digits."""
        return f"{value:,f}".translate(str.maketrans(",.", self.marks))

    def date(self, day: date) -> str:
        """A day."""
        return day.strftime(self.day)


FRENCH_FIGURES = {
    "ghg_induced_transport": "Émis par les trajets effectués",
    "ghg_induced_treatment": "Émis par le traitement choisi",
    "ghg_induced_hub": "Émis par les plateformes (compteur, sinon surface)",
    "ghg_induced_refrigerant": "Émis par les fluides frigorigènes échappés",
    "ghg_avoided_logistics": "Sans tournées partagées, moins avec elles",
    "ghg_avoided_material": "Sans la synergie, moins avec elle",
    "ghg_avoided_food": "Nourriture mangée au lieu d\u2019être jetée",
    "mass_redirected": "Pesé, et mieux traité qu\u2019avant",
    "mass_diverted": "Pesé, et détourné de l\u2019élimination",
    "virgin_mass_replaced": "Matière neuve qui n\u2019a pas été achetée",
    "distance_avoided": "Tournées de la référence, moins tournées effectuées",
    "distance_avoided_bike": "dont vélos-cargos (négatif s\u2019ils ont pris le relais)",
    "distance_avoided_van": "dont utilitaires",
    "distance_avoided_truck": "dont camions",
    "distance_avoided_other": "dont autres véhicules",
    "distance_avoided_zone": "dont dans les zones à faibles émissions (modélisé)",
    "distance_driven": "Véhicules-kilomètres, retours à vide compris",
    "distance_empty": "Véhicules-kilomètres à vide",
    "mass_carried": "Masse pesée à la livraison",
    "transport_moved": "Tonnes-kilomètres transportées",
    "transport_possible": "Tonnes-kilomètres possibles avec ces véhicules",
    "distance_by_bike": "Parcouru par vélos-cargos",
    "mass_by_bike": "Transporté par vélos-cargos",
    "transport_by_bike": "Tonnes-kilomètres des vélos-cargos",
    "orders_by_bike": "Envois confiés aux vélos-cargos",
    "insertion_hours": "Heures de travail en insertion",
    "food_redistributed": "Surplus alimentaires mangés",
    "mass_gap": "Masse qu\u2019une plateforme n\u2019explique pas",
    "container_returns": "Retours de contenants réemployables",
    "container_losses": "Contenants réemployables perdus",
    "container_stock": "Contenants réemployables en circulation",
    "saving": "Économie confirmée par les parties, sur un an",
    "bill_before": "Payé avant, d\u2019après les factures de la référence",
    "bill_after": "Payé maintenant",
    "reinvested": "Part économisée qui a été réinvestie",
    "revenue_new": "Ventes issues de la synergie",
    "local_value": "Achats locaux créés",
    "jobs": "Emplois créés ou maintenus",
    "training_hours": "Heures de formation données",
    "households_reached": "Foyers touchés (QPV et points relais)",
    "synergies_realised": "Synergies en fonctionnement",
    "advisor_hours": "Heures des animateurs",
    "contracts_new": "Contrats signés",
    "empty_share": "Part des kilomètres à vide",
    "load_factor": "Taux de remplissage (t.km transportées / possibles)",
    "insertion_fte": "Équivalents temps plein en insertion",
    "meals": "Repas de 0,5 kg",
    "advisor_hours_by_synergy": "Heures d\u2019animateur par synergie en fonctionnement",
    "container_rotations": "Boucles par contenant",
    "container_loss_rate": "Contenants perdus par boucle",
}
FRENCH_UNITS = {
    "orders": "envois",
    "containers": "contenants",
    "households": "foyers",
    "contracts": "contrats",
    "meals": "repas",
    "loops": "boucles",
    "FTE": "ETP",
}
FRENCH_NOTES = (
    (
        "what shared rounds save is the territory's: it is booked once, by plan",
        (
            "ce que les tournées partagées économisent revient au territoire\u00a0: compté une"
            " seule fois, par plan"
        ),
    ),
    (
        "withheld: taken off a larger zone, it would tell of one or two actors",
        (
            "non publié\u00a0: soustrait d\u2019une zone plus grande, il parlerait d\u2019un ou"
            " deux acteurs"
        ),
    ),
    (
        "the factor set does not say what ([^ ]+) is made of",
        "le jeu de facteurs ne dit pas de quoi {0} est fait",
    ),
    (
        "no agreement with this identifier was seen",
        "aucun accord de cet identifiant n\u2019a été reçu",
    ),
    (
        "the agreement does not say which matter takes which route",
        "l\u2019accord ne dit pas quelle matière prend quelle filière",
    ),
    (
        "no approved baseline: activity is shown, nothing is said to be avoided",
        "aucune référence approuvée\u00a0: l\u2019activité est montrée, rien n\u2019est dit évité",
    ),
    (
        "no published tour of this plan was seen",
        "aucune tournée publiée de ce plan n\u2019a été reçue",
    ),
    (
        "([0-9]+) tours of this plan are not home yet",
        "tournées de ce plan qui ne sont pas rentrées\u00a0: {0}",
    ),
    (
        "no approved baseline of rounds covers ([^ ]+): nothing is said to be avoided",
        "aucune référence de tournées approuvée ne couvre le {0}\u00a0: rien n\u2019est dit évité",
    ),
    (
        "the planner was not asked what each actor would have driven alone",
        "le planificateur n\u2019a pas été interrogé sur ce que chacun aurait roulé seul",
    ),
    (
        "the factor set has no ([^ ]+): add it with its source",
        "le jeu de facteurs n\u2019a pas {0}\u00a0: l\u2019ajouter avec sa source",
    ),
)
"""Notes of a statement as patterns, and the same in French."""

WORDS = {
    "en": Words(
        title="Statement of impact: {name}",
        period="from {first} to {last}",
        columns=("Figure", "Value", "95 % interval", "Unit", "Lines"),
        accounts={
            "induced": "Induced",
            "avoided": "Avoided, against an approved baseline",
            "physical": "Activity",
            "social": "Social",
            "money": "Money",
            "derived": "Made of the figures above",
        },
        withheld="withheld (fewer than 3 actors, or 5 households)",
        unsure="not demonstrated",
        weak="of which {value} on less evidence than needed",
        weak_note=(
            "Less evidence than needed: held against an average of the sector, for instance."
            " That part is no figure to publish."
        ),
        bills="Bill before {before} EUR, now {after} EUR: {saved} EUR saved, {reinvested} EUR"
        " invested again.",
        method="Method",
        notes=(
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
        proof="View {view}, factors {factors}; ledger of {lines} lines, head {head}.",
    ),
    "fr": Words(
        title="Bilan d\u2019impact\u00a0: {name}",
        period="du {first} au {last}",
        columns=("Indicateur", "Valeur", "Intervalle à 95 %", "Unité", "Lignes"),
        views={
            "reported": "telle qu\u2019écrite",
            "current": "avec les facteurs d\u2019aujourd\u2019hui",
            "constant": "à facteurs constants",
            "as written": "d\u2019origine",
        },
        names={"territory": "le territoire", "tour": "tournée", "plan": "plan"},
        accounts={
            "induced": "Induit",
            "avoided": "Évité, par rapport à une référence approuvée",
            "physical": "Activité",
            "social": "Social",
            "money": "Économie",
            "derived": "Calculé à partir des chiffres ci-dessus",
        },
        withheld="non publié (moins de 3 acteurs, ou de 5 foyers)",
        unsure="non démontré",
        weak="dont {value} sur des preuves insuffisantes",
        weak_note=(
            "Preuves insuffisantes\u00a0: par exemple par rapport à une moyenne de secteur."
            " Cette part n\u2019est pas à publier."
        ),
        bills="Facture avant {before} EUR, maintenant {after} EUR\u00a0: {saved} EUR"
        " économisés, dont {reinvested} EUR réinvestis.",
        figures=FRENCH_FIGURES,
        units=FRENCH_UNITS,
        told=FRENCH_NOTES,
        day="%d/%m/%Y",
        marks="\u202f,",
        method="Méthode",
        notes=(
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
        proof="Vue {view}, facteurs {factors}\u00a0; registre de {lines} lignes, tête {head}.",
    ),
}
