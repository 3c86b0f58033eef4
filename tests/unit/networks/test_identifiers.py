"""The grammar of names, against the AT Protocol's own examples."""

import pytest

from scoring.reading.networks.bridges import original
from scoring.reading.networks.identifiers import (
    actor,
    bluesky_handle,
    did,
    fediverse_address,
    is_did_syntax,
    is_handle_syntax,
)
from tests.support.recordings import vectors, with_atproto

PLC = "did:plc:7iza6de2dwap2sbkpav7c6c6"


@with_atproto
@pytest.mark.parametrize(
    ("kind", "is_valid", "least"),
    [
        ("handle_syntax_valid", True, 40),
        ("handle_syntax_invalid", False, 40),
        ("did_syntax_valid", True, 20),
        ("did_syntax_invalid", False, 15),
    ],
)
def test_the_grammar_is_the_specifications(kind: str, is_valid: bool, least: int) -> None:
    follows = is_handle_syntax if kind.startswith("handle") else is_did_syntax
    examples = vectors(kind)
    assert len(examples) >= least
    assert [text for text in examples if follows(text) is not is_valid] == []


@with_atproto
def test_the_account_of_an_at_uri_is_read_as_the_specification_has_it() -> None:
    named = {text.removeprefix("at://").split("/")[0] for text in vectors("aturi_syntax_valid")}
    assert {name for name in named if not (is_did_syntax(name) or is_handle_syntax(name))} == set()


@pytest.mark.parametrize(
    ("typed", "handle"),
    [
        ("alice.bsky.social", "alice.bsky.social"),
        ("ALICE.bsky.Social", "alice.bsky.social"),
        ("bücher.tld", "xn--bcher-kva.tld"),
        ("jo.hn", "jo.hn"),
        ("alice", None),
        ("alice.bsky.social.", None),
        ("alice@bsky.social", None),
        ("no_body.bsky.social", None),
        ("laptop.local", None),
        ("handle.invalid", None),
        ("a.onion", None),
        ("1.2.3.4", None),
        ("", None),
    ],
)
def test_a_handle_is_a_domain_name(typed: str, handle: str | None) -> None:
    assert bluesky_handle(typed) == handle


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (PLC, PLC),
        ("did:web:example.com", "did:web:example.com"),
        ("did:web:localhost%3A1234", None),
        ("did:web:db.internal", None),
        ("did:plc:short", None),
        ("did:plc:7iza6de2dwap2sbkpav7c6c1", None),  # no 1 in base32
        ("did:key:zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEN6N", None),
        ("DID:plc:7iza6de2dwap2sbkpav7c6c6", None),
    ],
)
def test_a_did_is_of_a_method_that_bluesky_uses(typed: str, name: str | None) -> None:
    assert did(typed) == name
    assert actor(typed) == name


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("@Gargron@mastodon.social", "gargron@mastodon.social"),
        ("a.b-c_d@Social.Example.org", "a.b-c_d@social.example.org"),
        ("ada@bücher.tld", "ada@xn--bcher-kva.tld"),
        ("@ada@127.0.0.1", None),
        ("ada@localhost", None),
        ("ada@[::1]", None),
        ("ada@mastodon.social:443", None),
        ("ada@mastodon", None),
        ("ada@a@mastodon.social", None),
        ("@@mastodon.social", None),
        (".ada@mastodon.social", None),
        ("ada-@mastodon.social", None),
        ("x" * 65 + "@mastodon.social", None),
        ("ada/..@mastodon.social", None),
        ("ada lovelace@mastodon.social", None),
        ("adá@mastodon.social", None),
        ("mastodon.social", None),
    ],
)
def test_an_address_has_a_user_and_a_server(typed: str, address: str | None) -> None:
    found = fediverse_address(typed)
    assert (found and str(found)) == address


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("ada.mastodon.social.ap.brid.gy", "ada@mastodon.social"),
        ("example.com.web.brid.gy", "example.com"),
        ("alice.bsky.social@bsky.brid.gy", "alice.bsky.social"),
        ("example.com@web.brid.gy", "example.com"),
        ("nonsense@bsky.brid.gy", ""),
        ("nonsense.ap.brid.gy", ""),
        ("127.0.0.1.web.brid.gy", ""),
        ("alice.bsky.social", None),
        ("ada@mastodon.social", None),
        ("ap.brid.gy", None),
        ("brid.gy.evil.example.org", None),
    ],
)
def test_a_bridged_copy_names_its_original(name: str, whose: str | None) -> None:
    assert original(name) == whose
