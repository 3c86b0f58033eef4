"""Settings, from the environment or `.env`; `.env.example` explains each."""

import hmac
import re
import stat
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import (
    AfterValidator,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

_MICRO: Final = 1_000_000

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{32,256}")
"""What Telegram takes as a webhook's secret, long enough not to be guessed."""

_OPTIONS: Final = frozenset({"host", "ssl", "prepared_statement_cache_size"})
"""Of a PostgreSQL address, behind `?`: what SQLAlchemy's asyncpg dialect and asyncpg take."""

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


def _webhook(value: str) -> str:
    # without TLS only for a Bot API server on this machine, which takes that
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
    if server and {name for name, _ in parse_qsl(urlsplit(value).query)} - _OPTIONS:
        raise ValueError(f"its only options are {', '.join(sorted(_OPTIONS))}")
    return value


def _port_is_one(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


BaseUrl = Annotated[str, AfterValidator(_base_url)]


class StorageSettings(BaseSettings):
    """Where everything is kept: all that is needed to look at it."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    # It may carry a password.
    database_url: Annotated[str, AfterValidator(_database), Field(repr=False)] = (
        "sqlite:///klout.db"
    )


class WatchSettings(BaseSettings):
    """Where the process can be watched: all that is needed to ask how it is."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    metrics_host: str = "127.0.0.1"


class Settings(StorageSettings, WatchSettings):
    """Everything an operator can choose. Secrets never show in a repr or a log."""

    telegram_bot_token: Annotated[
        SecretStr,
        _token(r"\d+:[A-Za-z0-9_-]+", "must look like 123456:ABC…, as BotFather gave it"),
    ]
    telegram_api_url: BaseUrl = "https://api.telegram.org"
    x_bearer_token: Annotated[SecretStr, _token(r"\S+", "must not contain spaces")]
    x_api_url: BaseUrl = "https://api.x.com"
    x_budget_usd_month: Annotated[Decimal, Field(ge=0, le=1_000_000)] = Decimal(10)
    admin_ids: Annotated[str, AfterValidator(_ids)] | None = None
    webhook_url: Annotated[str, AfterValidator(_webhook)] | None = None
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_webhook_secret)] = Field(
        default=None, validate_default=True
    )
    webhook_host: str = "127.0.0.1"
    webhook_port: Annotated[int, Field(ge=1, le=65535)] = 8443
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def budget(self) -> int:
        """The monthly cap in micro-dollars."""
        return int(self.x_budget_usd_month * _MICRO)

    @property
    def operators(self) -> frozenset[int]:
        """The Telegram user ids of `ADMIN_IDS`."""
        return frozenset(int(number) for number in (self.admin_ids or "").split(",") if number)

    @property
    def webhook_token(self) -> str:
        """What Telegram sends along with every update; empty without a webhook."""
        return self.webhook_secret.get_secret_value() if self.webhook_secret else ""

    @property
    def webhook_path(self) -> str:
        """Where updates are posted: nobody guesses it, and whoever has the secret knows it."""
        return hmac.new(self.webhook_token.encode(), b"webhook path", "sha256").hexdigest()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be written anywhere."""
        password = urlsplit(self.database_url).password or ""
        return (
            self.telegram_bot_token.get_secret_value(),
            self.x_bearer_token.get_secret_value(),
            password,
            unquote(password),
            self.webhook_token,
            self.webhook_path,
        )


def readable_by_others(path: Path) -> bool:
    """Whether a file with secrets in it is there, and somebody else on the machine can read it."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def load(kind: type[_S], **given: object) -> _S:
    """Read settings from the environment and `.env`; what is `given` comes before both.

    Raises:
        SettingsError: one sentence for the first setting that is missing or bad.
    """
    try:
        return kind(**given)  # type: ignore[arg-type]
    except UnicodeDecodeError:
        raise SettingsError(".env is not usable: it must be text in UTF-8.") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper()
        if first["type"] == "missing":
            raise SettingsError(f"{name} is not set: see .env.example.") from None
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} is not usable: {reason}.") from None
