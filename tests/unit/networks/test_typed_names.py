"""What people type for accounts on several networks, and what is no account on any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.reading.handles import parse
from scoring.reading.names import Name, Network
from scoring.reading.networks.typed_names import Misnamed, SeveralNetworks, Why, named
from tests.support.hostile import ODD

EVERY = SeveralNetworks(("x", "bluesky", "fediverse"))
PLC = "did:plc:7iza6de2dwap2sbkpav7c6c6"
ALICE = "alice.bsky.social"
ADA = "ada@social.example.org"

NAMED: dict[tuple[Network, str], tuple[str, ...]] = {
    ("x", "nasa"): (
        *("nasa", "@nasa", "x.com/nasa", "https://x.com/nasa", "twitter.com/nasa/status/1"),
        *("https://mobile.twitter.com/nasa?s=20", "//x.com/@nasa"),
    ),
    ("bluesky", ALICE): (
        *(ALICE, f"@{ALICE}", "@Alice.Bsky.Social", f"bsky.app/profile/{ALICE}"),
        *(f"https://bsky.app/profile/{ALICE}/post/3kabc", f"https://bsky.app/profile/@{ALICE}"),
        *(f"https://deer.social/profile/{ALICE}", f"http://blacksky.community/profile/{ALICE}"),
        *(f"at://{ALICE}", f"at://{ALICE}/app.bsky.feed.post/3kabc", f"AT://{ALICE}"),
        *(f"https://{ALICE}/", f"https://www.bsky.app/profile/{ALICE}?ref=x#top"),
    ),
    ("bluesky", PLC): (PLC, f"at://{PLC}/app.bsky.feed.post/3k", f"bsky.app/profile/{PLC}"),
    ("bluesky", "did:web:example.org"): ("did:web:example.org", "at://did:web:example.org"),
    ("bluesky", "xn--bcher-kva.tld"): ("bücher.tld", "@bücher.tld"),
    ("bluesky", "alice.md"): ("@alice.md", "bsky.app/profile/alice.md"),
    ("bluesky", "bsky.app"): ("@bsky.app", "bsky.app/profile/bsky.app", "at://bsky.app"),
    ("bluesky", "mastodon.social"): ("@mastodon.social",),
    ("fediverse", ADA): (
        *(ADA, f"@{ADA}", "@Ada@Social.Example.Org", f"acct:{ADA}", f"ACCT:{ADA}"),
        *("social.example.org/@ada", "https://social.example.org/@ada/1093"),
        *("https://social.example.org/users/ada", "social.example.org/users/ada/statuses/1"),
        *("https://social.example.org/web/@ada", "social.example.org/deck/@ada/1"),
        *("https://elsewhere.example.net/@ada@social.example.org", "SOCIAL.example.org/@ADA"),
        *("https://social.example.org:443/@ada?x=1#y", "https://social.example.org/%40ada"),
    ),
    ("fediverse", "ada@xn--bcher-kva.tld"): ("@ada@bücher.tld", "https://bücher.tld/@ada"),
    ("fediverse", "a.b-c_d@social.example.org"): ("@a.b-c_d@social.example.org",),
}


@pytest.mark.parametrize(
    ("network", "name", "typed"),
    [(*name, typed) for name, spellings in NAMED.items() for typed in spellings],
)
def test_every_spelling_of_an_account(network: Network, name: str, typed: str) -> None:
    assert named(typed) == Name(name, network)


MISNAMED: dict[Why, tuple[str, ...]] = {
    "mail": (
        *("bob@gmail.com", "@bob@gmail.com", "bob@Outlook.com", "bob@yahoo.co.uk", "acct:b@gmx.de"),
        *("bob@orange.fr", "bob@proton.me"),
    ),
    "server": ("mastodon.social", "https://mastodon.social", "Fosstodon.org"),
    "elsewhere": (
        *("https://www.threads.net/@zuck", "threads.com/@zuck", "@zuck@threads.net"),
        *("https://www.youtube.com/@veritasium", "tiktok.com/@a", "medium.com/@a", "t.me/a"),
        *("https://github.com/users/a", "instagram.com", "m.facebook.com/@a"),
        *("x.com", "bsky.app", "Wikipedia.org"),
    ),
    "too_long": ("sixteen_letters_", "@a_name_of_twenty_five_chars"),
    "nothing": (
        *("node.js", "e.g", "i.e", "README.md", "main.py", "a.b", "https://", "//", "/", "@", ""),
        *("did:key:z6Mk", "did:plc:short", "at://", "at://nonsense", "acct:", "acct:ada"),
        *("ada@localhost", "@ada@127.0.0.1", "@ada@[::1]", "ada@social.example.org:8443"),
        *("https://127.0.0.1/@ada", "https://[::1]/@ada", "https://2130706433/@ada"),
        *("https://localhost/@ada", "https://db.internal/users/root", "http://0x7f.1/@ada"),
        *("https://social.example.org:8443/@ada", "https://u:p@social.example.org/@ada"),
        *("https://social.example.org@evil.example.net/@ada", "ftp://social.example.org/@ada"),
        *("https://social.example.org", "https://social.example.org/about", "example.org/users"),
        *("https://social.example.org/@", "https://social.example.org/@../admin", "a/@b/c"),
        *("bsky.app/profile", "bsky.app/profile/nonsense", "https://bsky.app/@ada"),
        *("x.com/home", "https://x.com/i/flow", "nаsa", "jean-luc", "a b"),
        *("@nasa@esa", "ada@@social.example.org", "@.@.", "a@b@c.example.org", "1.2.3.4"),
    ),
}


@pytest.mark.parametrize(
    ("why", "typed"), [(why, typed) for why, some in MISNAMED.items() for typed in some]
)
def test_what_names_no_account_and_why(why: Why, typed: str) -> None:
    found = named(typed)
    assert isinstance(found, Misnamed)
    assert found.why == why


@pytest.mark.parametrize(
    ("typed", "handles"),
    [
        (f"{PLC} vs @nasa", (PLC, "nasa")),
        (f"@nasa, @{ALICE} and @{ADA}!", ("nasa", ALICE, ADA)),
        (f"(https://bsky.app/profile/{ALICE}),https://x.com/nasa", (ALICE, "nasa")),
        (f"<b>@{ADA}</b> @{ALICE}'s", (ADA, ALICE)),
        (f"“@{ALICE}”; {ADA}.", (ALICE, ADA)),
        (f"{ALICE} vs nasa", (ALICE, "nasa")),
        (ALICE, (ALICE,)),
        (f"@{ALICE} @Alice.BSKY.social at://{ALICE}/x", (ALICE,)),
        ("https://social.example.org/@ada @Ada@social.example.org", (ADA,)),
        (f"see https://social.example.org/@ada/123, says {ADA}", (ADA,)),
        (f"at://{PLC}/app.bsky.feed.post/3k", (PLC,)),
        ("@nasa@esa", ("nasa", "esa")),
        ("@nasa.@esa", ("nasa", "esa")),
        ("@nasa!@esa", ("nasa", "esa")),
    ],
)
def test_accounts_of_every_network_in_a_text(typed: str, handles: tuple[str, ...]) -> None:
    assert parse(typed, naming=EVERY).handles == handles


@pytest.mark.parametrize(
    "typed",
    [
        *("node.js", "e.g. this", "see README.md", "mastodon.social", "bob@gmail.com", "i.e."),
        *("@bob@gmail.com", "https://www.youtube.com/@veritasium", "threads.net/@zuck"),
        *("what about alice.bsky.social today", "https://social.example.org/about", "1.5"),
        *("ada@localhost", "https://u:p@social.example.org/@ada", "@ada@127.0.0.1"),
        *("alice.bsky.social bob.bsky.social", "17:30", "01.02.2026", "10.0.0.1"),
    ],
)
def test_nothing_is_taken_for_an_account_that_was_not_meant_as_one(typed: str) -> None:
    request = parse(typed, naming=EVERY)
    assert request.handles == ()
    assert request.unknown


def test_what_was_not_used_is_named() -> None:
    request = parse(f"@{ALICE} bob@gmail.com node.js", naming=EVERY)
    assert (request.handles, request.unknown) == ((ALICE,), ("bob@gmail.com node.js",))


def test_only_names_of_networks_that_are_read_are_names() -> None:
    free = SeveralNetworks(("bluesky", "fediverse"))
    assert parse(f"@nasa @{ALICE}", naming=free).handles == (ALICE,)
    assert parse("nasa", naming=free).handles == ()
    assert parse(f"@{ADA}", naming=SeveralNetworks(("x",))).handles == ()


def test_every_network_is_the_default() -> None:
    assert parse(f"@{ALICE} {ADA} {PLC} @nasa").handles == (ALICE, ADA, PLC, "nasa")


def test_a_name_says_by_its_form_which_network_it_is_of() -> None:
    for network, name in NAMED:
        is_did = name.startswith("did:")
        assert named(name if is_did else f"@{name}") == Name(name, network)


_PIECES = st.lists(
    st.one_of(
        st.sampled_from(["@", "://", "/", ".", ":", "did:", "at://", "acct:", "users/", "[::1]"]),
        st.sampled_from(["ada", "social.example.org", "bsky.app/profile", "x.com", "#", "?"]),
        st.sampled_from(ODD),
        st.text(max_size=8),
    ),
    max_size=7,
).map("".join)


@given(_PIECES)
def test_any_text_names_an_account_or_says_why_not(text: str) -> None:
    found = named(text)
    if isinstance(found, Name):
        is_did = found.text.startswith("did:")
        assert named(found.text if is_did else f"@{found.text}") == found
    parse(text, naming=EVERY)
