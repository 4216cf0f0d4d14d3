"""Settings of a service, from the environment (prefix MAILLAGE_) and, for secrets, from files."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from maillage_contracts.vocabulary import TerritoryId

PREFIX = "MAILLAGE_"
Part = Literal["api", "consumer", "relay", "worker"]
ALL_PARTS: frozenset[Part] = frozenset({"api", "consumer", "relay", "worker"})


class BadSetting(Exception):
    """A setting that stops the start; the message is one line that names the variable."""


def _parts(told: object) -> object:
    return [*filter(None, map(str.strip, told.split(",")))] if isinstance(told, str) else told


class Settings(BaseSettings):
    """What every service must be told. Subclasses add what only theirs needs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    territory: TerritoryId = Field(description="The one territory this hub serves.")
    database_url: str = Field(description="postgresql://user@host:port/name, without a password.")
    database_password_file: Path | None = Field(
        default=None, description="File with the database password."
    )
    kafka_bootstrap: str = Field(description="host:port of brokers, separated by commas.")
    kafka_security: Literal["plaintext", "tls", "scram"] = Field(
        default="plaintext",
        description="plaintext (loopback only), tls, or scram (SCRAM-SHA-512 over TLS).",
    )
    kafka_username: str | None = Field(default=None, description="Account, for scram.")
    kafka_password_file: Path | None = Field(default=None, description="File with its password.")
    kafka_ca_file: Path | None = Field(
        default=None, description="Certificates that sign the brokers'; the system's if absent."
    )
    http_host: str = Field(default="127.0.0.1", description="Address to listen on.")
    http_port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on.")
    roles: Annotated[frozenset[Part], NoDecode, BeforeValidator(_parts)] = Field(
        default=ALL_PARTS, description="Parts to run, by commas: api, consumer, relay, worker."
    )
    auth_issuer: str = Field(description="Who signs tokens: the claim iss.")
    auth_audience: str = Field(default="maillage", description="For whom: the claim aud.")
    auth_jwks_file: Path | None = Field(default=None, description="The issuer's keys, in a file.")
    auth_jwks_url: str | None = Field(default=None, description="The issuer's keys, on the web.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least grave level that is logged."
    )
    bus_replication: int = Field(
        default=1, ge=1, le=5, description="Replicas of each topic; 3 in production."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kafka_security == "plaintext" and not all(map(_is_loopback, self.brokers)):
            raise ValueError("kafka_security: plaintext is for loopback only: use tls or scram")
        if self.kafka_security == "scram" and not (
            self.kafka_username and self.kafka_password_file
        ):
            raise ValueError("kafka_security: scram needs kafka_username and kafka_password_file")
        if (self.auth_jwks_file is None) == (self.auth_jwks_url is None):
            raise ValueError("auth_jwks_file: give either this or auth_jwks_url")
        if self.auth_jwks_url and urlsplit(self.auth_jwks_url).scheme != "https":
            host = urlsplit(self.auth_jwks_url).hostname or ""
            if not _is_loopback(host):
                raise ValueError("auth_jwks_url: only https, unless on loopback")
        if urlsplit(self.database_url).password is not None:
            raise ValueError("database_url: put the password in database_password_file")
        return self

    @property
    def brokers(self) -> list[str]:
        """Addresses of brokers to begin with."""
        return [address.strip() for address in self.kafka_bootstrap.split(",")]

    @property
    def dsn(self) -> str:
        """Address of the database, with the password."""
        if self.database_password_file is None:
            return self.database_url
        parts = urlsplit(self.database_url)
        account, _, place = parts.netloc.rpartition("@")
        secret = quote(read_secret(self.database_password_file), safe="")
        return urlunsplit(parts._replace(netloc=f"{account}:{secret}@{place}"))


Chosen = TypeVar("Chosen", bound=Settings)


def load(kind: type[Chosen]) -> Chosen:
    """The settings of this process; raises BadSetting naming the first variable at fault."""
    try:
        settings = kind()  # pyright: ignore[reportCallIssue] the environment gives the arguments
        for secret in (settings.database_password_file, settings.kafka_password_file):
            if secret is not None:
                read_secret(secret)
    except ValidationError as error:
        raise BadSetting(_first_fault(error)) from error
    return settings


def read_secret(path: Path) -> str:
    """The secret in a file, without the newline that editors add; raises BadSetting."""
    try:
        return path.read_text().rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"the secret in {path} cannot be read: {error}") from error


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    message = fault["msg"].removeprefix("Value error, ")
    if fault["loc"]:
        name = str(fault["loc"][0])
    else:
        name, _, message = message.partition(": ")
    return f"{PREFIX}{name.upper()}: {message}"


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]") or address
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
