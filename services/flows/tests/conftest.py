"""Builders of domain values: a test names only what matters to it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from maillage_contracts.samples import JOURDIES, an_id
from maillage_flows.domain.actor import Actor, Site
from maillage_flows.domain.declaration import Declaration
from maillage_flows.domain.flow import Flow

SEEN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _declaration(**changes: object) -> Declaration:
    usual: dict[str, object] = {
        "kind": "material",
        "direction": "out",
        "intent": "offer",
        "willingness": "open",
        "resource": {"label": "Palettes usagées", "spec": "pallet"},
    }
    return Declaration.model_validate(usual | changes)


def _flow(status: str = "declared", **changes: object) -> Flow:
    said = {name: changes.pop(name) for name in Declaration.model_fields.keys() & changes.keys()}
    usual: dict[str, object] = {
        "flow_id": an_id("flow"),
        "actor_id": an_id("Villaverde"),
        "declaration": _declaration(**said),
        "status": status,
        "stage": status if status in ("observed", "qualified") else "declared",
        "observed_at": SEEN,
    }
    return Flow(**(usual | changes))  # pyright: ignore[reportArgumentType] fields by name


@pytest.fixture
def a_declaration() -> Callable[..., Declaration]:
    """Pallets that a firm is willing to give; any axis may be named."""
    return _declaration


@pytest.fixture
def a_flow() -> Callable[..., Flow]:
    """A flow in a status; any field of it, or axis of its declaration, may be named."""
    return _flow


@pytest.fixture
def villaverde() -> Actor:
    """An active actor with two sites."""
    return Actor(
        actor_id=an_id("Villaverde"),
        sites=(
            Site(an_id("site of Villaverde"), JOURDIES, "jourdies"),
            Site(an_id("nursery"), JOURDIES.model_copy(update={"lat": 46.1}), "bonneville"),
        ),
    )
