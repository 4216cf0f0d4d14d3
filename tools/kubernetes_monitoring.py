"""What Prometheus and Grafana on Kubernetes are told, from deploy/observability."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

SOURCE = "deploy/observability"
FOLDER = "deploy/k8s/components/monitoring"
HEADER = "# Written by tools/generate.py from deploy/observability.\n"
COMPONENT = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
Document = Mapping[str, Any]  # YAML: anything


def pages(root: Path) -> dict[str, str]:
    """The generated files by their path; without rules or dashboards, those are left out."""
    alerts = root / SOURCE / "alerts.yml"
    boards = sorted(file.name for file in (root / SOURCE / "dashboards").glob("*.json"))
    written: dict[str, Document] = {
        "kustomization.yaml": {
            **COMPONENT,
            "resources": ["monitors.yaml", "network.yaml"] + ["rules.yaml"] * alerts.exists(),
            **({"components": ["../../../observability"]} if boards else {}),
        }
    }
    if alerts.exists():
        written["rules.yaml"] = {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": "maillage"},
            "spec": yaml.safe_load(alerts.read_text()),
        }
    found = {f"{FOLDER}/{name}": _file(document) for name, document in written.items()}
    return found | ({f"{SOURCE}/kustomization.yaml": _file(_boards(boards))} if boards else {})


def _boards(names: list[str]) -> Document:
    """Dashboards as one ConfigMap, with the label that Grafana's sidecar looks for."""
    return {
        **COMPONENT,
        "configMapGenerator": [
            {
                "name": "dashboards",
                "files": [f"dashboards/{name}" for name in names],
                "options": {"labels": {"grafana_dashboard": "1"}, "disableNameSuffixHash": True},
            }
        ],
    }


def _file(document: Document) -> str:
    return HEADER + yaml.safe_dump(document, sort_keys=False, default_flow_style=None, width=100)
