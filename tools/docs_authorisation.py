"""docs/authorisation.md: who may do what, from the policy and the routes of the services."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import maillage_flows.wiring
import maillage_impact.wiring
import maillage_matching.wiring
import maillage_registry.wiring
import maillage_tours.wiring
from maillage_serving.application import permissions
from maillage_serving.policy import EVERYBODY, POLICY, Rule
from maillage_serving.service import Service
from maillage_serving.testing import memory_runner
from maillage_tours.domain.terms import Terms

FILE = "docs/authorisation.md"
PAGE = """# Who may do what

Every request carries a token of the territory's issuer; without a good one, for this territory, the
answer is 401. A role that may not is answered 403. `own` means: only for what belongs to the
organisation that the token names (claim `org`); what belongs to another is answered 404, or
left out of a list. Beyond this table, what a reader sees of a flow depends on its visibility.

The table is that of `maillage_serving/policy.py`. `tests/security` asks each endpoint as each role,
for objects of its own organisation and of another, from this and from another territory.
"""


def pages() -> dict[str, str]:
    """The page, by its path."""
    tables = "\n".join(
        f"## {name}\n\n{_table(routes)}\n" for name, routes in _permissions().items()
    )
    return {FILE: f"{PAGE}\n{tables.rstrip()}\n"}


def endpoints() -> list[tuple[str, str]]:
    """Each endpoint, as `GET /v1/flows`, after the name of its service."""
    return [(name, endpoint) for name, routes in _permissions().items() for endpoint in routes]


@cache
def services() -> tuple[Service[Any], ...]:
    """All of them, as they are wired."""
    return (
        maillage_registry.wiring.service(),
        maillage_flows.wiring.service(),
        maillage_matching.wiring.service(),
        maillage_tours.wiring.service(Terms()),
        maillage_impact.wiring.service(),
    )


@cache
def _permissions() -> Mapping[str, Mapping[str, str]]:
    """The permission that each endpoint of each service asks for."""
    return {service.name: _asked(service) for service in services()}


def _asked(service: Service[Any]) -> dict[str, str]:
    routes = service.router(memory_runner(None, service=service.name))
    return {endpoint: permission or "" for endpoint, permission in permissions(routes)}


def _table(routes: Mapping[str, str]) -> str:
    head = f"| endpoint | permission | {' | '.join(EVERYBODY)} |\n{'|---' * (2 + len(EVERYBODY))}|"
    rows = (
        f"| `{endpoint}` | `{permission}` | {' | '.join(_cells(POLICY[permission]))} |"
        for endpoint, permission in sorted(routes.items(), key=_by_path)
    )
    return "\n".join((head, *rows))


def _by_path(route: tuple[str, str]) -> tuple[str, str]:
    method, path = route[0].split(" ")
    return path, method


def _cells(rule: Rule) -> list[str]:
    return [
        "yes" if role in rule.roles else "own" if role in rule.own else "" for role in EVERYBODY
    ]
