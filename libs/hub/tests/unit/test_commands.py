"""What the command line says to somebody who does not know it yet."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from maillage_hub.__main__ import COMMANDS, main
from maillage_hub.commands.telling import describe_hub
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.state import HubState


@pytest.fixture(autouse=True)
def _nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILLAGE_HOME", str(tmp_path))
    monkeypatch.delenv("MAILLAGE_TERRITORY", raising=False)
    monkeypatch.delenv("MAILLAGE_KAFKA_BOOTSTRAP", raising=False)
    monkeypatch.delenv("MAILLAGE_DATABASE_URL", raising=False)


def exit_code(*words: str) -> int:
    """What the command exits with, even when argparse ends it."""
    try:
        return main(words)
    except SystemExit as stop:
        return int(stop.code or 0)


def test_help_tells_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    for name, summary in COMMANDS.items():
        assert name in said
        assert summary in said
    assert "3 no hub runs" in said


def test_without_a_command_all_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code() == 2
    said = " ".join(capsys.readouterr().err.split())
    assert all(summary in said for summary in COMMANDS.values())


@pytest.mark.parametrize("is_of_a_demo", [True, False])
def test_the_hub_of_a_demo_is_told_apart(tmp_path: Path, *, is_of_a_demo: bool) -> None:
    if is_of_a_demo:
        HubFolder(tmp_path).demo.touch()
    hub = HubState(
        territory="jourdies",
        phase="running",
        pid=1,
        started_at=datetime(2026, 11, 23, tzinfo=UTC),
        brokers=1,
        kafka="127.0.0.1:9092",
        postgres="127.0.0.1:5432",
        services={},
        issuer="urn:maillage:jourdies:local",
        folder=tmp_path,
        children=[],
    )
    assert ("the next demo throws it away" in describe_hub(hub)) == is_of_a_demo


def test_an_actor_without_an_organisation_gets_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("token", "--role", "actor") == 2
    assert "--organisation" in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(command, "--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert COMMANDS[command] in said
    assert "example: " in said
    assert f"maillage {command}" in said.partition("example: ")[2]


@pytest.mark.parametrize(
    "words",
    [
        ["fly"],
        ["up", "--brokers", "2"],
        ["token"],
        ["impact", "verify", "--head", "zz"],
        ["deadletters", "list", "--limit", "-5"],
        ["deadletters", "list", "--limit", "99999999999999999999"],
    ],
)
def test_wrong_usage_exits_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(*words) == 2
    assert "usage: maillage" in capsys.readouterr().err


def test_a_territory_that_cannot_be_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("up", "--territory", "../elsewhere") == 2
    assert "'../elsewhere' is no territory" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["down"],
        ["token", "--role", "advisor"],
        ["topics", "check"],
        ["events", "tail"],
        ["outbox", "republish"],
        ["deadletters", "list"],
        ["status", "--territory", "marseille"],
    ],
)
def test_exits_3_when_no_hub_runs(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(*words) == 3
    assert capsys.readouterr().err.startswith("maillage: no hub ")


@pytest.mark.parametrize(
    ("words", "away"),
    [
        (["topics", "check"], "the bus at 127.0.0.1:9 does not answer"),
        (["events", "tail"], "the bus at 127.0.0.1:9 does not answer"),
        (["outbox", "compare", "--service", "flows"], "the bus at 127.0.0.1:9 does not answer"),
        (["backup", "tested", "--service", "flows"], "the database of flows does not answer"),
    ],
)
def test_what_does_not_answer_is_named(
    words: list[str],
    away: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {
        "TERRITORY": "jourdies",
        "KAFKA_BOOTSTRAP": "127.0.0.1:9",
        "DATABASE_URL": "postgresql://flows@127.0.0.1:9/flows",
        "AUTH_ISSUER": "https://issuer.test",
        "AUTH_JWKS_URL": "https://issuer.test/keys",
    }.items():
        monkeypatch.setenv(f"MAILLAGE_{name}", value)
    assert exit_code(*words) == 1
    assert f"maillage: {away}" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["topics", "check"], ["backup", "tested", "--service", "flows"]])
def test_a_wrong_setting_exits_2_and_is_named(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAILLAGE_KAFKA_BOOTSTRAP", "broker.example:9092")
    monkeypatch.setenv("MAILLAGE_TERRITORY", "jourdies")
    monkeypatch.setenv("MAILLAGE_DATABASE_URL", "postgresql://flows@localhost/flows")
    monkeypatch.setenv("MAILLAGE_AUTH_ISSUER", "https://issuer.example")
    monkeypatch.setenv("MAILLAGE_AUTH_JWKS_FILE", "keys.json")

    assert exit_code(*words) == 2
    assert "MAILLAGE_KAFKA_SECURITY" in capsys.readouterr().err


@pytest.mark.parametrize("time", ["0h", "12", "31d", "1000000m"])
def test_a_token_cannot_live_for_ever(time: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("token", "--role", "advisor", "--ttl", time) == 2
    assert "is no time a token may live" in capsys.readouterr().err
