"""The HTTP doors of matching: every path, and what opens behind it."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from maillage_common.transaction import Runner
from maillage_matching.domain.gathering import Grid
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.entrypoints.cases import CaseDoors, SynergyDoors
from maillage_matching.entrypoints.collective import CollectiveDoors, Layer, Table
from maillage_matching.entrypoints.digest import DigestDoors
from maillage_matching.entrypoints.engine import EngineDoors
from maillage_matching.entrypoints.leads import LeadDoors, ReasonDoors
from maillage_matching.entrypoints.patterns import PatternDoors
from maillage_matching.entrypoints.resources import ResourceDoors
from maillage_matching.entrypoints.rulings import RulingDoors
from maillage_matching.entrypoints.sharings import SharingDoors
from maillage_matching.usecases.store import Store
from maillage_serving.http import Guarded


def router(runner: Runner[Store], knowledge: Knowledge, *, fine: Grid, coarse: Grid) -> APIRouter:
    """All the paths, in one list."""
    routes = APIRouter(prefix="/v1", route_class=Guarded)
    _leads(routes, LeadDoors(runner, knowledge), ReasonDoors(runner, knowledge))
    _cases(routes, CaseDoors(runner, knowledge), SynergyDoors(runner))
    _sharings(routes, SharingDoors(runner))
    _rulings(routes, RulingDoors(runner))
    collective = CollectiveDoors(runner, knowledge, fine=fine, coarse=coarse)
    for path, door, answer in (
        ("/pools", collective.pools, JSONResponse),
        ("/missing-links", collective.links, JSONResponse),
        ("/missing-links/table", collective.table, Table),
        ("/missing-links/map", collective.map, Layer),
    ):
        routes.add_api_route(
            path, door, methods=["GET"], tags=["collective"], response_class=answer
        )
    engine = EngineDoors(runner)
    routes.add_api_route("/engine", engine.settings, methods=["GET"], tags=["engine"])
    routes.add_api_route("/engine", engine.set, methods=["PUT"], tags=["engine"])
    routes.add_api_route("/inbox", engine.inbox, methods=["GET"], tags=["engine"])
    routes.add_api_route("/summary", engine.summary, methods=["GET"], tags=["engine"])
    digest = DigestDoors(runner)
    routes.add_api_route("/digest", digest.read, methods=["GET"], tags=["engine"])
    routes.add_api_route(
        "/digest.txt",
        digest.printed,
        methods=["GET"],
        tags=["engine"],
        response_class=PlainTextResponse,
    )
    _patterns(routes, PatternDoors(runner, knowledge))
    resources = ResourceDoors(runner, knowledge)
    for path, door in (
        ("/resources", resources.complete),
        ("/resources/{spec}", resources.read),
        ("/prospects", resources.streams),
    ):
        routes.add_api_route(path, door, methods=["GET"], tags=["resources"])
    return routes


def _leads(routes: APIRouter, leads: LeadDoors, reasons: ReasonDoors) -> None:
    for method, path, door in (
        ("GET", "/leads", leads.list),
        ("GET", "/leads/{lead_id}", leads.read),
        ("POST", "/leads/{lead_id}/accept", leads.accept),
        ("POST", "/leads/{lead_id}/reject", leads.reject),
        ("POST", "/leads/{lead_id}/defer", leads.defer),
        ("GET", "/reasons", leads.reasons),
        ("GET", "/blocked", reasons.blocked),
        ("GET", "/why-not", reasons.why_not),
        ("GET", "/suppressions", reasons.list),
        ("POST", "/suppressions/{suppression_id}/lift", reasons.lift),
    ):
        routes.add_api_route(path, door, methods=[method], tags=["leads"])
    for path, door in (("/leads", leads.propose), ("/suppressions", reasons.suppress)):
        routes.add_api_route(path, door, methods=["POST"], status_code=201, tags=["leads"])


def _rulings(routes: APIRouter, rulings: RulingDoors) -> None:
    for method, path, door in (
        ("GET", "/rulings", rulings.list),
        ("POST", "/rulings/{ruling_id}/adopt", rulings.adopt),
        ("POST", "/rulings/{ruling_id}/decline", rulings.decline),
        ("POST", "/rulings/{ruling_id}/lift", rulings.lift),
    ):
        routes.add_api_route(path, door, methods=[method], tags=["rulings"])


def _patterns(routes: APIRouter, patterns: PatternDoors) -> None:
    about = "/suggestions/{origin}/{pattern_id}"
    for method, path, door in (
        ("GET", "/patterns", patterns.drafts),
        ("POST", "/cases/{case_id}/publish", patterns.publish_failure),
        ("GET", "/suggestions", patterns.suggestions),
        ("POST", "/suggestions", patterns.suggest),
        ("POST", f"{about}/adopt", patterns.adopt),
        ("POST", f"{about}/decline", patterns.decline),
        ("POST", f"{about}/retire", patterns.retire),
    ):
        routes.add_api_route(path, door, methods=[method], tags=["patterns"])
    routes.add_api_route("/cases/{case_id}/sheet", patterns.sheet, methods=["GET"], tags=["cases"])
    routes.add_api_route(
        "/cases/{case_id}/sheet.txt",
        patterns.sheet_printed,
        methods=["GET"],
        tags=["cases"],
        response_class=PlainTextResponse,
    )


def _cases(routes: APIRouter, cases: CaseDoors, synergies: SynergyDoors) -> None:
    for method, path, door in (
        ("GET", "/cases", cases.list),
        ("GET", "/cases/{case_id}", cases.read),
        ("POST", "/cases/{case_id}/plan", cases.plan),
        ("POST", "/cases/{case_id}/assess", cases.assess),
        ("POST", "/cases/{case_id}/choose-parties", cases.choose_parties),
        ("POST", "/cases/{case_id}/move", cases.move),
        ("POST", "/cases/{case_id}/introduce", cases.introduce),
        ("POST", "/cases/{case_id}/agree", cases.agree),
        ("POST", "/cases/{case_id}/abandon", cases.abandon),
        ("POST", "/cases/{case_id}/pilot", cases.pilot),
        ("POST", "/cases/{case_id}/measure", cases.measure),
        ("POST", "/cases/{case_id}/spend", cases.spend),
        ("POST", "/cases/{case_id}/close", cases.close),
        ("GET", "/synergies", synergies.list),
        ("GET", "/synergies/{synergy_id}", synergies.read),
        ("POST", "/synergies/{synergy_id}/end", synergies.end),
        ("POST", "/synergies/{synergy_id}/publish", synergies.publish),
    ):
        tag = path.split("/")[1]
        routes.add_api_route(path, door, methods=[method], tags=[tag])


def _sharings(routes: APIRouter, sharings: SharingDoors) -> None:
    for method, path, door in (
        ("GET", "/sharings", sharings.list),
        ("GET", "/sharings/{sharing_id}", sharings.read),
        ("POST", "/sharings/{sharing_id}/accept", sharings.accept),
        ("POST", "/sharings/{sharing_id}/other-time", sharings.other_time),
        ("POST", "/sharings/{sharing_id}/confirm", sharings.confirm),
        ("POST", "/sharings/{sharing_id}/finish", sharings.finish),
        ("POST", "/sharings/{sharing_id}/refuse", sharings.refuse),
        ("GET", "/calendar", sharings.calendar),
    ):
        routes.add_api_route(path, door, methods=[method], tags=["sharings"])
    path, door = "/sharings", sharings.ask
    routes.add_api_route(path, door, methods=["POST"], status_code=201, tags=["sharings"])
