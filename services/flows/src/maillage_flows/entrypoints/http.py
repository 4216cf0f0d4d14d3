"""Every path of flows, and what opens behind it."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from maillage_common.transaction import Runner
from maillage_flows.entrypoints.flows import FlowDoors
from maillage_flows.entrypoints.questions import NoteDoors, QuestionDoors
from maillage_flows.entrypoints.rounds import RoundDoors
from maillage_flows.usecases.store import Store
from maillage_serving.http import Guarded

Path = tuple[str, str, Callable[..., Any]]


def router(runner: Runner[Store]) -> APIRouter:
    """All the paths, in one list."""
    routes = APIRouter(prefix="/v1", route_class=Guarded)
    for tag, paths in (
        ("flows", _flows(FlowDoors(runner))),
        ("notes", _notes(NoteDoors(runner))),
        ("questions", _questions(QuestionDoors(runner))),
        ("rounds", _rounds(RoundDoors(runner))),
    ):
        for method, path, door in paths:
            # POST to a list makes something new
            code = 201 if method == "POST" and path.endswith(f"/{tag}") else 200
            routes.add_api_route(path, door, methods=[method], tags=[tag], status_code=code)
    return routes


def _flows(doors: FlowDoors) -> tuple[Path, ...]:
    return (
        ("GET", "/flows", doors.list),
        ("POST", "/flows", doors.declare),
        ("GET", "/flows/{flow_id}", doors.read),
        ("PATCH", "/flows/{flow_id}", doors.amend),
        ("POST", "/flows/{flow_id}/declare", doors.adopt),
        ("POST", "/flows/{flow_id}/qualify", doors.qualify),
        ("POST", "/flows/{flow_id}/open", doors.open),
        ("POST", "/flows/{flow_id}/confirm", doors.confirm),
        ("POST", "/flows/{flow_id}/withdraw", doors.withdraw),
        ("POST", "/flows/{flow_id}/end", doors.end),
        ("POST", "/flows/{flow_id}/release", doors.release),
    )


def _notes(doors: NoteDoors) -> tuple[Path, ...]:
    return (("GET", "/notes", doors.list), ("POST", "/notes", doors.take))


def _questions(doors: QuestionDoors) -> tuple[Path, ...]:
    return (
        ("GET", "/questions", doors.list),
        ("GET", "/questions/{question_id}", doors.read),
        ("POST", "/questions/{question_id}/answer", doors.answer),
        ("POST", "/flows/{flow_id}/questions", doors.ask),
    )


def _rounds(doors: RoundDoors) -> tuple[Path, ...]:
    return (
        ("GET", "/rounds", doors.list),
        ("POST", "/rounds", doors.declare),
        ("GET", "/rounds/{round_id}", doors.read),
        ("PUT", "/rounds/{round_id}", doors.put),
        ("POST", "/rounds/{round_id}/end", doors.end),
    )
