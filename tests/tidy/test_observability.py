"""Alerts and dashboards speak of metrics that are there; each alert has a page that helps."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import docs_metrics

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
TESTS: dict[str, Any] = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "dashboards" / "hub.json").read_text())
OTHERS = {"up", "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp"}
"""Metrics of Prometheus itself, and of what keeps backups on Kubernetes."""
EXPRESSIONS: list[tuple[str, str]] = [
    *((rule["alert"], rule["expr"]) for rule in RULES),
    *((panel["title"], one["expr"]) for panel in DASHBOARD["panels"] for one in panel["targets"]),
]
NAMED = re.compile(r"\b(?:maillage|http|barman_cloud)_[a-z0-9_]+|\bup\b")


def families() -> set[str]:
    """The names under which each metric can be asked for."""
    parts = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("",), "gauge": ("",)}
    known = docs_metrics.metrics()
    return OTHERS | {f"{one.name}{part}" for one in known for part in parts[one.kind]}


@pytest.mark.parametrize(("name", "expression"), EXPRESSIONS)
def test_an_expression_asks_for_metrics_that_there_are(name: str, expression: str) -> None:
    asked = set(NAMED.findall(expression))
    assert asked, name
    assert asked <= families()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert {"summary", "description", "runbook_url"} == rule["annotations"].keys()
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^## (\w+)$", (ROOT / page).read_text(), flags=re.MULTILINE)
    assert anchor == rule["alert"].lower()
    assert rule["alert"] in headings


def test_the_page_tells_of_no_alert_that_is_gone() -> None:
    page = (ROOT / "docs" / "operating" / "alerts.md").read_text()
    assert re.findall(r"^## (\w+)$", page, flags=re.MULTILINE) == [rule["alert"] for rule in RULES]


def test_every_alert_is_seen_silent_and_calling() -> None:
    for rule in RULES:
        (case,) = [one for one in TESTS["tests"] if one["name"] == rule["alert"]]
        expected = [one["exp_alerts"] for one in case["alert_rule_test"]]
        assert [len(alerts) for alerts in expected] == [0, 1], rule["alert"]


def test_prometheus_says_so_too() -> None:
    promtool = found("promtool")
    for arguments in (
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
    ):
        told(promtool, *arguments)


def test_panels_are_queries(tmp_path: Path) -> None:
    promtool = found("promtool")
    variables = {"$__rate_interval": "5m", "$territory": "jourdies", "$service": "flows"}
    rules: list[dict[str, str]] = []
    for number, (_, expression) in enumerate(EXPRESSIONS):
        for name, value in variables.items():
            expression = expression.replace(name, value)  # noqa: PLW2901 filled step by step
        rules.append({"record": f"panel:{number}", "expr": expression})
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    told(promtool, "check", "rules", str(file))


def found(program: str) -> str:
    """Where a program of Prometheus is; no package of Python carries it."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed here (Debian: prometheus)")
    return path


def told(promtool: str, *arguments: str) -> None:
    done = subprocess.run(
        [promtool, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
