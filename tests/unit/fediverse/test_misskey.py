"""Accounts on servers that run Misskey, or something else."""

import pytest

from playground.networks.local_fediverse import FediverseServers
from playground.networks.people import NOTES
from playground.networks.reach import local_reach
from scoring.reading.errors import (
    AccountSuspended,
    AccountUnreadable,
    HandleNotFound,
)
from scoring.reading.network_errors import (
    AccountMoved,
)
from scoring.reading.networks.consent import Reason
from scoring.reading.sources.fediverse import FediverseSource
from scoring.reading.sources.public_accounts import shown_to_strangers
from scoring.reading.strangers.limits import NewServers
from scoring.reading.strangers.servers import StrangersServers
from tests.conftest import Clock
from tests.support.accounts import NOW
from tests.unit.fediverse.conftest import LOOKUP, account_at, look_up


async def test_a_misskey_is_asked_in_its_own_words(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    mio = await account_at(source, f"mio@{NOTES}")
    assert (mio.followers, mio.bio, mio.claimed_by) == (2500, "Notes", NOTES)
    assert shown_to_strangers(mio) is mio
    window = await source.recent_posts(mio, NOW)
    assert (len(window.posts), window.posts[0].likes) == (10, 5)
    await account_at(source, f"mio@{NOTES}")
    assert fediverse.requests.count(f"{NOTES}{LOOKUP}") == 1  # what it runs is remembered
    assert isinstance(await look_up(source, f"nemo@{NOTES}"), HandleNotFound)


async def test_a_misskey_is_recognised_after_a_restart(
    source: FediverseSource, port: int, clock: Clock
) -> None:
    mio = await account_at(source, f"mio@{NOTES}")
    fresh = StrangersServers(clock, "klout-tests", reach=local_reach(port))
    window = await FediverseSource(fresh, clock, NewServers(clock)).recent_posts(mio, NOW)
    await fresh.close()
    assert len(window.posts) == 10


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"isSuspended": True}, AccountSuspended),
        ({"movedTo": "https://social.example.org/users/ada"}, AccountMoved),
        ({"host": "elsewhere.example.org"}, AccountUnreadable),
        ({"username": "eve"}, AccountUnreadable),
        ({"followersCount": 97_000_000_000}, AccountUnreadable),
        ({"createdAt": "1997-01-01T00:00:00.000Z"}, AccountUnreadable),
    ],
)
async def test_a_misskeys_accounts_are_judged_alike(
    source: FediverseSource, fediverse: FediverseServers, fields: dict[str, object], error: type
) -> None:
    fediverse.spoil(f"mio@{NOTES}", **fields)
    assert type(await look_up(source, f"mio@{NOTES}")) is error


async def test_a_misskeys_settings_are_heeded(
    source: FediverseSource, fediverse: FediverseServers
) -> None:
    fediverse.spoil(f"mio@{NOTES}", requireSigninToViewContents=True, noCrawle=True)
    mio = await account_at(source, f"mio@{NOTES}")
    assert mio.consent.reasons == (Reason.LOGGED_IN_ONLY, Reason.NO_INDEX)
    for hidden in ({"followersVisibility": "followers"}, {"ffVisibility": "private"}):
        gone = {"followersVisibility": ...} if "ffVisibility" in hidden else {}
        fediverse.spoil(f"mio@{NOTES}", followersCount=0, **(gone | hidden))
        assert (await account_at(source, f"mio@{NOTES}")).followers is None
