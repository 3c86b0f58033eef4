"""Network routes to Telegram and X: the machine's proxies and certificates.

Each HTTP library reads these variables in its own way, or not at all. Here they are settings,
checked at start, and each client gets the route for its host.
"""

import re
import ssl
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(
    r"(?:\*|(?:\*?\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(\d{1,5}))?", re.ASCII
)
_HASHED: Final = re.compile(r"[0-9a-f]{8}\.\d+")
"""The names that `c_rehash` and `openssl rehash` give certificates; others are not found."""


def _proxy(value: str) -> str:
    """Return a proxy in the form that both HTTP libraries accept."""
    address = value if "://" in value else f"http://{value}"
    if not _is_address(address):
        raise ValueError("must be the address of a proxy, such as http://127.0.0.1:3128")
    if urlsplit(address).scheme != "http":
        raise ValueError("its proxy must begin with http://: no other kind works for all requests")
    return address.rstrip("/")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0 and not re.search(r"[\s\x00-\x1f]", url)
    except ValueError:
        return False


def _no_proxy(value: str) -> str:
    for entry in _entries(value):
        if _network(entry) is None and not _HOST.fullmatch(entry):
            raise ValueError("must be hosts, domains or IP addresses, comma separated")
    return value


def _certificate_file(value: str) -> str:
    try:
        _context(value, None)
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        raise ValueError("must be a file of certificates in PEM, which the bot can read") from None
    return value


def _certificate_folder(value: str) -> str:
    for folder in value.split(":"):
        try:
            found = any(_HASHED.fullmatch(file.name) for file in Path(folder).iterdir())
        except OSError:
            found = False
        if not found:
            raise ValueError("must be a folder of certificates, as `openssl rehash` names them")
    return value


def _certificates(value: str) -> str:
    return _certificate_folder(value) if Path(value).is_dir() else _certificate_file(value)


ProxyUrl = Annotated[str, AfterValidator(_proxy)]


class NetworkSettings(BaseSettings):
    """The machine's network settings, under the names that other programs use too."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    # Proxies' addresses may contain passwords.
    http_proxy: ProxyUrl | None = Field(default=None, repr=False)
    https_proxy: ProxyUrl | None = Field(default=None, repr=False)
    all_proxy: ProxyUrl | None = Field(default=None, repr=False)
    no_proxy: Annotated[str, AfterValidator(_no_proxy)] | None = None
    ssl_cert_file: Annotated[str, AfterValidator(_certificate_file)] | None = None
    ssl_cert_dir: Annotated[str, AfterValidator(_certificate_folder)] | None = None
    requests_ca_bundle: Annotated[str, AfterValidator(_certificates)] | None = None
    curl_ca_bundle: Annotated[str, AfterValidator(_certificates)] | None = None
    pythonhttpsverify: str | None = None

    @field_validator("pythonhttpsverify")
    @classmethod
    def _verify(cls, value: str | None) -> str | None:
        if value == "0":
            raise ValueError("certificates are always checked; SSL_CERT_FILE names one's own")
        return value

    @property
    def proxies(self) -> tuple[str, ...]:
        """The addresses of all proxies."""
        return tuple(filter(None, (self.http_proxy, self.https_proxy, self.all_proxy)))


@dataclass(frozen=True, slots=True)
class Route:
    """The route to one host.

    Attributes:
        proxy: the proxy's address; None for none.
        certificates: the trusted certificates for TLS.
    """

    proxy: str | None
    certificates: ssl.SSLContext


def route(settings: NetworkSettings, url: str) -> Route:
    """Return the route to the host of an address."""
    parts = urlsplit(url)
    named = settings.https_proxy if parts.scheme == "https" else settings.http_proxy
    proxy = named or settings.all_proxy
    if proxy and _is_bypassed(parts, settings.no_proxy or ""):
        proxy = None
    return Route(proxy, _trust(settings))


def _trust(settings: NetworkSettings) -> ssl.SSLContext:
    """Trust only the named certificates; by default the system's and Mozilla's."""
    either = settings.requests_ca_bundle or settings.curl_ca_bundle
    file, folder = settings.ssl_cert_file, settings.ssl_cert_dir
    if not (file or folder) and either:
        file, folder = (None, either) if Path(either).is_dir() else (either, None)
    return _context(file, folder)


def _context(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Read certificates, which takes tens of milliseconds: once, until the file changes."""
    status = Path(file).stat() if file else None
    version = status and (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    return _contexts(file, folder, version)


@lru_cache(maxsize=4)
def _contexts(
    file: str | None,
    folder: str | None,
    version: tuple[int, ...] | None,  # noqa: ARG001 - a part of the cache's key
) -> ssl.SSLContext:
    if file or folder:
        return ssl.create_default_context(cafile=file, capath=folder)
    import httpx  # noqa: PLC0415 - a bad setting ends the start before it is needed

    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def _is_bypassed(target: SplitResult, no_proxy: str) -> bool:
    """Whether an entry names the host, a domain above it, or its network; `*` names all."""
    host, port = target.hostname or "", target.port or _PORTS.get(target.scheme)
    for entry in _entries(no_proxy):
        network = _network(entry)
        if network is not None:
            address = _address(host)
            if address is not None and address in network:
                return True
            continue
        name, _, of_port = entry.partition(":")
        domain = name.removeprefix("*").removeprefix(".")
        if (not of_port or int(of_port) == port) and (
            not domain or host == domain or host.endswith(f".{domain}")
        ):
            return True
    return False


def _entries(no_proxy: str) -> list[str]:
    return [entry for entry in re.split(r"[,\s]+", no_proxy.lower()) if entry]


def _network(entry: str) -> IPv4Network | IPv6Network | None:
    """Parse an address or a network; IPv6 may stand in brackets, as in a URL with a port."""
    bracketed = re.fullmatch(r"\[([^\[\]]*)\](/\d+)?", entry)
    try:
        return ip_network("".join(filter(None, bracketed.groups())) if bracketed else entry, False)
    except ValueError:
        return None


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
