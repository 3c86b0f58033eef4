"""Proxies and certificates: used for Telegram and X alike, or refused by name."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from operations.network import NetworkSettings, route
from operations.settings import SettingsError, load

TELEGRAM, X = "https://api.telegram.org", "https://api.x.com"
PROXY = "http://proxy.example.org:3128"


def proxies(urls: tuple[str, ...] = (TELEGRAM, X), **given: str) -> list[str | None]:
    settings = load(NetworkSettings, **given)
    return [route(settings, url).proxy for url in urls]


@pytest.fixture(autouse=True)
def nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NetworkSettings.model_fields:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_each_variable_is_for_its_own_scheme() -> None:
    plain = ("http://127.0.0.1:8081", X)
    assert proxies(plain, https_proxy=PROXY) == [None, PROXY]
    assert proxies(plain, http_proxy=PROXY) == [PROXY, None]
    assert proxies(plain, all_proxy=PROXY) == [PROXY, PROXY]
    assert proxies(plain, all_proxy=PROXY, https_proxy="other:1") == [PROXY, "http://other:1"]
    assert proxies(plain) == [None, None]


def test_proxies_are_read_from_the_environment_in_either_case_and_from_env_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("https_proxy", PROXY)
    assert proxies() == [PROXY, PROXY]
    monkeypatch.delenv("https_proxy")
    (tmp_path / ".env").write_text(f"ALL_PROXY={PROXY}\n")
    assert proxies() == [PROXY, PROXY]


@pytest.mark.parametrize(
    ("no_proxy", "url", "bypassed"),
    [
        ("*", X, True),
        ("api.x.com", X, True),
        ("x.com", X, True),
        (".x.com", X, True),
        ("*.x.com", X, True),
        ("API.X.COM", X, True),
        ("ex.com,notapi.x.com", X, False),
        ("com.", X, None),
        ("api.x.com:443", X, True),
        ("api.x.com:8443", X, False),
        ("localhost 127.0.0.1\tx.com", X, True),
        ("127.0.0.0/8", "http://127.0.0.1:8081", True),
        ("10.0.0.0/8", "http://127.0.0.1:8081", False),
        ("127.0.0.1", "http://127.0.0.1:8081", True),
        ("[::1]", "http://[::1]:8081", True),
        ("::1", "http://[::1]:8081", True),
        ("[fd00::]/8", "http://[fd00::1]:8081", True),
        ("[::1]", X, False),
        ("[::1", X, None),
        ("http://x.com", X, None),
        ("x.com/path", X, None),
    ],
)
def test_no_proxy_names_the_hosts_reached_without_a_proxy(
    no_proxy: str, url: str, *, bypassed: bool | None
) -> None:
    if bypassed is None:
        with pytest.raises(SettingsError, match=r"^NO_PROXY is not usable: must be hosts"):
            proxies((url,), all_proxy=PROXY, no_proxy=no_proxy)
    else:
        assert proxies((url,), all_proxy=PROXY, no_proxy=no_proxy) == [None if bypassed else PROXY]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize(
    "value",
    [
        *("socks5://127.0.0.1:1080", "socks5h://h:1", "https://proxy:3128", "ftp://proxy"),
        *("http://", "http://:3128", "http://proxy:99999", "http://proxy:port", "http://[::1"),
        "http://a b:1",
    ],
)
def test_a_proxy_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load(NetworkSettings)
    assert str(refused.value).startswith(f"{name} is not usable: ")
    assert value == "http://" or value not in str(refused.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_certificates_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    monkeypatch.setenv(name, str(tmp_path / "ca.pem"))
    with pytest.raises(SettingsError, match=rf"^{name} is not usable: must be a file of cert"):
        load(NetworkSettings)


@pytest.mark.parametrize("name", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
def test_a_folder_without_certificates_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(SettingsError, match=rf"^{name} is not usable: must be a folder of cert"):
        load(NetworkSettings)


def test_certificates_are_always_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    with pytest.raises(SettingsError, match=r"^PYTHONHTTPSVERIFY is not usable: "):
        load(NetworkSettings)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A certificate of one's own, in a file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    file = tmp_path / "own.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-subj", "/CN=of-the-tests", "-keyout", tmp_path / "key.pem", "-out", file),
        ],
        check=True,
        capture_output=True,
    )
    return file


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_ones_own_certificates_are_trusted_for_both_and_no_others(
    monkeypatch: pytest.MonkeyPatch, own: Path, name: str
) -> None:
    monkeypatch.setenv(name, str(own))
    settings = load(NetworkSettings)
    for url in (TELEGRAM, X):
        trusted = route(settings, url).certificates.get_ca_certs()
        assert [each["subject"] for each in trusted] == [((("commonName", "of-the-tests"),),)]


def test_without_any_the_same_are_trusted_for_both_and_always_checked() -> None:
    ways = [route(load(NetworkSettings), url).certificates for url in (TELEGRAM, X)]
    assert ways[0].get_ca_certs() == ways[1].get_ca_certs()
    for way in ways:
        assert way.verify_mode is ssl.CERT_REQUIRED
        assert way.check_hostname
        assert len(way.get_ca_certs()) > 50
