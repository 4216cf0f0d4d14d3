"""The digest as a page to print, in French or English."""

from collections.abc import Iterator
from datetime import date

from maillage_matching.domain.digest import CaseLine, Digest, Language, LeadLine

WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "title": "Semaine du {began}, pour {advisor}",
        "leads": "Pistes à décider ({n})",
        "no_leads": "Aucune piste n'attend.",
        "lead": "{title} [{source}, {kind}{score}]",
        "waits": "attend depuis {n} j",
        "warning": "à vérifier : {words}",
        "cases": "Vos dossiers ouverts ({n})",
        "no_cases": "Aucun dossier ouvert.",
        "case": "{title} [{status}]",
        "late": "EN RETARD",
        "next": "prochaine étape : {step}",
        "no_next": "prochaine étape : à décider",
        "due": "pour le {day}",
        "decide": "essai à décider le {day}",
        "missing": "à mesurer : {names}",
        "week": "Cette semaine : {accepted} acceptées, {rejected} refusées.",
        "room": "Place pour {n} pistes du moteur. Rythme : {pace}",
        "ending": "Levées bientôt : {reason} ({resource}), le {day}",
        "any": "toute ressource",
    },
    "en": {
        "title": "Week of {began}, for {advisor}",
        "leads": "Leads to decide ({n})",
        "no_leads": "No lead waits.",
        "lead": "{title} [{source}, {kind}{score}]",
        "waits": "waits for {n} d",
        "warning": "to check: {words}",
        "cases": "Your open cases ({n})",
        "no_cases": "No case is open.",
        "case": "{title} [{status}]",
        "late": "LATE",
        "next": "next step: {step}",
        "no_next": "next step: to be decided",
        "due": "by {day}",
        "decide": "trial to be decided on {day}",
        "missing": "to measure: {names}",
        "week": "This week: {accepted} accepted, {rejected} rejected.",
        "room": "Room for {n} leads of the engine. Pace: {pace}",
        "ending": "Soon over: {reason} ({resource}), on {day}",
        "any": "any resource",
    },
}


def page_of(digest: Digest, language: Language) -> str:
    """The digest in lines, as it is read or printed."""
    return "\n".join(_lines(digest, WORDS[language])) + "\n"


def _lines(digest: Digest, words: dict[str, str]) -> Iterator[str]:
    title = words["title"].format(began=_day(digest.week_began), advisor=_flat(digest.advisor))
    yield from (title, "=" * len(title), "")
    yield words["leads"].format(n=len(digest.leads)) if digest.leads else words["no_leads"]
    for number, lead in enumerate(digest.leads, 1):
        yield from _lead(number, lead, words)
    yield ""
    yield words["cases"].format(n=len(digest.cases)) if digest.cases else words["no_cases"]
    for case in digest.cases:
        yield from _case(case, words)
    yield ""
    yield words["week"].format(accepted=digest.accepted, rejected=digest.rejected)
    yield words["room"].format(n=digest.room, pace=digest.pace)
    for one in digest.ending:
        resource = _flat(one.resource) if one.resource else words["any"]
        told = {"reason": one.reason, "resource": resource, "day": _day(one.until)}
        yield words["ending"].format(**told)


def _lead(number: int, lead: LeadLine, words: dict[str, str]) -> Iterator[str]:
    score = "" if lead.score is None else f", {lead.score:.2f}"
    told = {"title": _flat(lead.title), "source": lead.source, "kind": lead.kind, "score": score}
    line = words["lead"].format(**told)
    yield f"{number:2}. {line}, {words['waits'].format(n=lead.waits_days)}"
    yield from (f"      - {_flat(reason)}" for reason in lead.reasons)
    yield from (f"      ! {words['warning'].format(words=_flat(told))}" for told in lead.warnings)


def _case(case: CaseLine, words: dict[str, str]) -> Iterator[str]:
    line = words["case"].format(title=_flat(case.title), status=case.status)
    yield f"  - {line}{' ' + words['late'] if case.is_late else ''}"
    step = case.next_step
    told = words["next"].format(step=_flat(step)) if step else words["no_next"]
    if case.due_on:
        told = f"{told}, {words['due'].format(day=_day(case.due_on))}"
    yield f"      {told}"
    if case.decide_on:
        yield f"      {words['decide'].format(day=_day(case.decide_on))}"
    if case.missing_figures:
        names = ", ".join(map(_flat, case.missing_figures))
        yield f"      {words['missing'].format(names=names)}"


def _day(day: date) -> str:
    return day.isoformat()


def _flat(text: str) -> str:
    """One line of it: what people typed must not make lines of its own, nor steer a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
