"""Settings: a wrong one stops the start with one line that names it."""

from pathlib import Path

import pytest
from tally import service

from maillage_common.kafka import reach, security
from maillage_common.settings import BadSetting, Settings, load, read_secret
from maillage_serving.commands import run

GOOD = {
    "TERRITORY": "jourdies",
    "DATABASE_URL": "postgresql://flows@127.0.0.1:5432/flows",
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "AUTH_ISSUER": "https://issuer.test",
    "AUTH_JWKS_URL": "https://issuer.test/keys",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(f"MAILLAGE_{name}", value)


def test_a_complete_environment_is_enough() -> None:
    settings = load(Settings)
    assert settings.roles == {"api", "consumer", "relay", "worker"}
    assert settings.dsn == GOOD["DATABASE_URL"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TERRITORY", None, "required"),
        ("TERRITORY", "Les Jourdies", "pattern"),
        ("DATABASE_URL", "postgresql://u:secret@h/d", "database_password_file"),
        ("DATABASE_PASSWORD_FILE", "/nowhere", "cannot be read"),
        ("KAFKA_SECURITY", "ssl", "plaintext"),
        ("HTTP_PORT", "70000", "65535"),
        ("ROLES", "api,cook", "api"),
        ("LOG_LEVEL", "loud", "debug"),
        ("AUTH_JWKS_URL", None, "AUTH_JWKS_FILE"),
        ("AUTH_JWKS_URL", "http://issuer.test/keys", "https"),
        ("AUTH_JWKS_FILE", "/keys.json", "either"),
        ("BUS_REPLICATION", "0", "1"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str | None,
    told: str,
) -> None:
    if value is None:
        monkeypatch.delenv(f"MAILLAGE_{name}")
    else:
        monkeypatch.setenv(f"MAILLAGE_{name}", value)
    assert run(service(), ["check-config"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert told in line
    assert "MAILLAGE_" in line or value == "/nowhere"
    assert "secret" not in line.replace("the secret in", "")


@pytest.mark.parametrize(
    "broker", ["127.0.0.1:9092", "localhost:9092", "[::1]:9092", "127.0.0.9:1"]
)
def test_loopback_may_be_spoken_to_in_plain(monkeypatch: pytest.MonkeyPatch, broker: str) -> None:
    monkeypatch.setenv("MAILLAGE_KAFKA_BOOTSTRAP", broker)
    assert "security_protocol" not in reach(load(Settings))
    assert security(load(Settings)) is None


@pytest.mark.parametrize(
    "brokers", ["kafka:9092", "10.0.0.1:9092", "127.0.0.1:9092,kafka:9092", "localhost.evil:1", ""]
)
def test_nobody_else_is(monkeypatch: pytest.MonkeyPatch, brokers: str) -> None:
    monkeypatch.setenv("MAILLAGE_KAFKA_BOOTSTRAP", brokers)
    with pytest.raises(BadSetting, match="MAILLAGE_KAFKA_SECURITY"):
        load(Settings)


def test_an_account_needs_its_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAILLAGE_KAFKA_BOOTSTRAP", "kafka:9093")
    monkeypatch.setenv("MAILLAGE_KAFKA_SECURITY", "scram")
    with pytest.raises(BadSetting, match="KAFKA_SECURITY"):
        load(Settings)
    password = tmp_path / "password"
    password.write_text("s3cret\n")
    monkeypatch.setenv("MAILLAGE_KAFKA_USERNAME", "flows")
    monkeypatch.setenv("MAILLAGE_KAFKA_PASSWORD_FILE", str(password))
    client = reach(load(Settings))
    assert (client["security_protocol"], client["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (client["sasl_plain_username"], client["sasl_plain_password"]) == ("flows", "s3cret")
    assert client["ssl_context"].check_hostname
    assert security(load(Settings)) is not None


def test_encryption_without_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILLAGE_KAFKA_BOOTSTRAP", "kafka:9093")
    monkeypatch.setenv("MAILLAGE_KAFKA_SECURITY", "tls")
    assert reach(load(Settings))["security_protocol"] == "SSL"
    assert security(load(Settings)) is not None


def test_a_password_comes_from_its_file_and_is_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("p@ss/word:1\n")
    monkeypatch.setenv("MAILLAGE_DATABASE_PASSWORD_FILE", str(password))
    assert load(Settings).dsn == "postgresql://flows:p%40ss%2Fword%3A1@127.0.0.1:5432/flows"
    assert read_secret(password) == "p@ss/word:1"


def test_every_setting_is_described() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]


def test_the_parts_to_run_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILLAGE_ROLES", "api, relay")
    assert load(Settings).roles == {"api", "relay"}
