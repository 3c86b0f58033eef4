"""Settings from the environment or `.env`; `.env.example` explains each."""

import hmac
import os
import re
import stat
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self, TypeVar, get_args
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import (
    AfterValidator,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from operations.network import NetworkSettings
from scoring.reading.names import Network

_MICRO: Final = 1_000_000

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{32,256}")
"""Characters that Telegram accepts in a webhook's secret; long enough not to be guessed."""

_OPTIONS: Final = frozenset({"host", "ssl", "prepared_statement_cache_size"})
"""Options of a PostgreSQL address, behind `?`, that SQLAlchemy's asyncpg dialect accepts."""

_TLS: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")

_HTTP_URL: Final = TypeAdapter(HttpUrl)

_S = TypeVar("_S", bound=BaseSettings)


class SettingsError(Exception):
    """A setting is missing or bad; the message is one sentence that names it."""


def _token(pattern: str, hint: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, value.get_secret_value()):
            raise ValueError(hint)
        return value

    return AfterValidator(check)


def _base_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with https:// or http://")
    try:
        _HTTP_URL.validate_python(value)
    except ValidationError:
        raise ValueError("must be an address such as https://example.org") from None
    if "?" in value or "#" in value:
        raise ValueError("must end with a path: what is asked for comes behind it")
    return value.rstrip("/")


def _ids(value: str) -> str:
    if not re.fullmatch(r"\d+(\s*,\s*\d+)*", value.strip()):
        raise ValueError("must be Telegram user ids, comma separated")
    return value


def _contact(value: str) -> str:
    """Check what servers read about the bot: one line of plain characters, as for a header."""
    if not re.fullmatch(r"[!-~]{3,200}", value):
        raise ValueError("must be a page or a mail address, such as https://example.org/bot")
    return value


def _networks(value: str) -> str:
    named = _split(value)
    if not named or not named <= set(get_args(Network)):
        raise ValueError("must be some of x, bluesky and fediverse, comma separated")
    return value


def _split(value: str) -> set[str]:
    return {each.strip().lower() for each in value.split(",") if each.strip()}


def _webhook(value: str) -> str:
    # without TLS only for a Bot API server on this machine, which accepts it
    if not value.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError("must begin with https://")
    return _base_url(value)


def _webhook_secret(value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    given = value.get_secret_value() if value else ""
    if (value or info.data.get("webhook_url")) and not _SECRET.fullmatch(given):
        raise ValueError("must be 32 to 256 characters of A-Z, a-z, 0-9, _ and -")
    return value


def _database(value: str) -> str:
    file = re.fullmatch(r"sqlite:///[^:?%\x00][^?%\x00]*", value)
    server = re.fullmatch(r"postgresql://\S+/[^/\s]+", value)
    if not file and not (server and _port_is_one(value)):
        raise ValueError("must look like sqlite:///klout.db or postgresql://user@host/db")
    if server:
        _check_options(dict(parse_qsl(urlsplit(value).query, keep_blank_values=True)))
    return value


def _check_options(given: Mapping[str, str]) -> None:
    if given.keys() - _OPTIONS:
        raise ValueError(f"its only options are {', '.join(sorted(_OPTIONS))}")
    if given.get("ssl", "prefer") not in _TLS:
        raise ValueError(f"its ssl must be one of {', '.join(_TLS)}")
    if not re.fullmatch(r"\d{1,6}", given.get("prepared_statement_cache_size", "0"), re.ASCII):
        raise ValueError("its prepared_statement_cache_size must be a number")


def _port_is_one(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


BaseUrl = Annotated[str, AfterValidator(_base_url)]


class StorageSettings(BaseSettings):
    """The settings needed to open the database."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    # The address may contain a password.
    database_url: Annotated[str, AfterValidator(_database), Field(repr=False)] = (
        "sqlite:///klout.db"
    )


class WatchSettings(BaseSettings):
    """The settings needed to ask for the process' health."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    metrics_host: str = "127.0.0.1"


class Settings(StorageSettings, WatchSettings, NetworkSettings):
    """All settings of an operator. Secrets never appear in a repr or a log."""

    telegram_bot_token: Annotated[
        SecretStr,
        _token(r"\d+:[A-Za-z0-9_-]+", "must look like 123456:ABC…, as BotFather gave it"),
    ]
    telegram_api_url: BaseUrl = "https://api.telegram.org"
    x_bearer_token: Annotated[SecretStr, _token(r"\S+", "must not contain spaces")] | None = None
    x_api_url: BaseUrl = "https://api.x.com"
    networks: Annotated[str, AfterValidator(_networks)] = "x,bluesky,fediverse"
    bluesky_api_url: BaseUrl = "https://public.api.bsky.app"
    contact: Annotated[str, AfterValidator(_contact)] | None = None
    x_budget_usd_month: Annotated[Decimal, Field(ge=0, le=1_000_000)] = Decimal(10)
    admin_ids: Annotated[str, AfterValidator(_ids)] | None = None
    webhook_url: Annotated[str, AfterValidator(_webhook)] | None = None
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_webhook_secret)] = Field(
        default=None, validate_default=True
    )
    voter_key: SecretStr | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: Annotated[int, Field(ge=1, le=65535)] = 8443
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @model_validator(mode="after")
    def _reads_a_network(self) -> Self:
        if not self.read_networks:
            raise ValueError("X_BEARER_TOKEN is not set, and NETWORKS names no other network")
        return self

    @property
    def read_networks(self) -> tuple[Network, ...]:
        """The networks that are read: those of `NETWORKS`, X only with its token."""
        named = tuple(each for each in get_args(Network) if each in _split(self.networks))
        return named if self.x_bearer_token else tuple(each for each in named if each != "x")

    @property
    def budget(self) -> int:
        """The monthly cap, in micro-dollars."""
        return int(self.x_budget_usd_month * _MICRO)

    @property
    def operators(self) -> frozenset[int]:
        """The Telegram user ids of `ADMIN_IDS`."""
        return frozenset(int(number) for number in (self.admin_ids or "").split(",") if number)

    @property
    def voters(self) -> bytes:
        """The key by which people become voters of duels: `VOTER_KEY`, else the bot's token."""
        return (self.voter_key or self.telegram_bot_token).get_secret_value().encode()

    @property
    def webhook_token(self) -> str:
        """The secret that Telegram sends with every update; empty without a webhook."""
        return self.webhook_secret.get_secret_value() if self.webhook_secret else ""

    @property
    def webhook_path(self) -> str:
        """The path for updates: derived from the secret, so that it cannot be guessed."""
        return hmac.new(self.webhook_token.encode(), b"webhook path", "sha256").hexdigest()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must never be written anywhere."""
        password = urlsplit(self.database_url).password or ""
        found = (
            self.telegram_bot_token.get_secret_value(),
            self.x_bearer_token.get_secret_value() if self.x_bearer_token else "",
            password,
            unquote(password),
            self.webhook_token,
            self.webhook_path,
            self.voter_key.get_secret_value() if self.voter_key else "",
            os.environ.get("PGPASSWORD", ""),
            *(unquote(urlsplit(proxy).password or "") for proxy in self.proxies),
        )
        return tuple(filter(None, found))


def readable_by_others(path: Path) -> bool:
    """Whether a file with secrets exists and other users of the machine can read it."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def refusal() -> str | None:
    """Return the sentence about a setting with which the bot cannot run; None when all are fine."""
    try:
        load(Settings)
    except SettingsError as error:
        return str(error)
    return None


def load(kind: type[_S], **given: object) -> _S:
    """Read settings from the environment and `.env`; `given` overrides both.

    Raises:
        SettingsError: one sentence for the first setting that is missing or bad.
    """
    try:
        return kind(**given)  # type: ignore[arg-type]
    except UnicodeDecodeError:
        raise SettingsError(".env is not usable: it must be text in UTF-8.") from None
    except OSError as error:
        raise SettingsError(f".env is not usable: {error.strerror}.") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if not first["loc"]:  # several settings do not go together
            raise SettingsError(f"{first['msg'].removeprefix('Value error, ')}.") from None
        name = str(first["loc"][0]).upper()
        if first["type"] == "missing":
            raise SettingsError(f"{name} is not set: see .env.example.") from None
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} is not usable: {reason}.") from None
