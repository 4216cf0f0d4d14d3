"""How a command of a service's process ends: its exit code, and the one line that says why."""

import pytest

from maillage_common.settings import Settings
from maillage_contracts.refusals import Invalid, NotFound
from maillage_serving.commands import with_settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILLAGE_TERRITORY", "jourdies")
    monkeypatch.setenv("MAILLAGE_DATABASE_URL", "postgresql://impact@127.0.0.1:5432/impact")
    monkeypatch.setenv("MAILLAGE_KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    monkeypatch.setenv("MAILLAGE_AUTH_ISSUER", "https://issuer.test")
    monkeypatch.setenv("MAILLAGE_AUTH_JWKS_URL", "https://issuer.test/keys")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (NotFound("no line 7 in the ledger"), "no line 7 in the ledger"),
        (Invalid("version", "say one of 2026.1"), "version: say one of 2026.1"),
        (ConnectionRefusedError("no database"), "ConnectionRefusedError: no database"),
    ],
)
def test_who_asks_for_what_is_not_there_reads_why_in_plain_words(
    error: Exception, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(_: Settings) -> int:
        raise error

    assert with_settings(Settings, command) == 1
    assert capsys.readouterr().err == f"{line}\n"
