"""The overlays of Kubernetes as `kubectl kustomize` renders them."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RENDER_S_MAX = 60
Document = Mapping[str, Any]  # YAML: anything


@pytest.fixture(scope="session")
def rendered() -> Callable[[str], list[Document]]:
    """Gives all objects of an overlay by its name; skips where no kubectl can render it."""
    return _rendered


@cache
def _rendered(name: str) -> list[Document]:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not on this machine: overlays cannot be rendered")
    if "kustomizeVersion" not in _kubectl("version", "--client", "--output", "json"):
        pytest.skip("this kubectl is older than 1.24: it knows no components of kustomize")
    return list(yaml.safe_load_all(_kubectl("kustomize", str(ROOT / "deploy/k8s/overlays" / name))))


def _kubectl(*arguments: str) -> str:
    return subprocess.run(
        ["kubectl", *arguments],  # noqa: S607 the one that is on the path
        capture_output=True,
        text=True,
        check=True,
        timeout=RENDER_S_MAX,
    ).stdout
