"""The demo's networks: made-up accounts beside the real ones."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime

import pytest

from playground.networks.made_up_networks import SUGGESTED, beside
from scoring.reading.errors import HandleNotFound
from scoring.reading.names import Network, network_of
from scoring.reading.public_fetching import PublicSource
from scoring.reading.sources.public_accounts import OwnPosts, PublicAccount, Result
from tests.conftest import Clock


class RealNetwork:
    """A network that has no account, and notes who was asked for."""

    most_profiles = 25

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def profiles(
        self, names: Sequence[str], person: int | None = None
    ) -> Mapping[str, Result]:
        del person
        self.asked += names
        return {name: HandleNotFound(name) for name in names}

    async def recent_posts(
        self, account: PublicAccount, now: datetime, since: datetime | None = None
    ) -> OwnPosts:
        raise AssertionError(account, now, since)


@pytest.mark.parametrize("name", ["ada.bsky.test", "shy.bsky.test", "ada@social.example.org"])
async def test_a_made_up_account_is_read_here_and_any_other_there(clock: Clock, name: str) -> None:
    real = RealNetwork()
    networks: dict[Network, PublicSource] = {"bluesky": real, "fediverse": real}
    async with AsyncExitStack() as stack:
        source = (await beside(networks, clock, stack))[network_of(name)]
        account = (await source.profiles([name]))[name]
        assert isinstance(account, PublicAccount)
        assert (await source.recent_posts(account, clock())).posts
        assert real.asked == []
        other = name.replace("ada", "eve").replace("shy", "eve")
        assert isinstance((await source.profiles([other]))[other], HandleNotFound)
        assert real.asked == [other]


async def test_names_of_both_kinds_are_read_in_one_call(clock: Clock) -> None:
    real = RealNetwork()
    async with AsyncExitStack() as stack:
        source = (await beside({"bluesky": real}, clock, stack))["bluesky"]
        found = await source.profiles(["ada.bsky.test", "bsky.app", "star.bsky.test"])
        assert isinstance(found["bsky.app"], HandleNotFound)
        assert isinstance(found["ada.bsky.test"], PublicAccount)
        assert isinstance(found["star.bsky.test"], PublicAccount)
        assert real.asked == ["bsky.app"]


@pytest.mark.parametrize("name", ["ada.bsky.test", "ada@social.example.org"])
async def test_a_week_later_there_are_new_posts_and_other_followers(
    clock: Clock, name: str
) -> None:
    async with AsyncExitStack() as stack:
        networks: dict[Network, PublicSource] = {
            "bluesky": RealNetwork(),
            "fediverse": RealNetwork(),
        }
        source = (await beside(networks, clock, stack))[network_of(name)]
        before = (await source.profiles([name]))[name]
        assert isinstance(before, PublicAccount)
        assert before.followers
        known = {post.id for post in (await source.recent_posts(before, clock())).posts}
        clock.forward(weeks=1)
        after = (await source.profiles([name]))[name]
        assert isinstance(after, PublicAccount)
        assert after.followers
        assert after.followers > before.followers
        now = {post.id for post in (await source.recent_posts(after, clock())).posts}
        assert now - known
        assert now & known


async def test_every_suggested_name_is_made_up(clock: Clock) -> None:
    real = RealNetwork()
    async with AsyncExitStack() as stack:
        networks: dict[Network, PublicSource] = {"bluesky": real, "fediverse": real}
        sources = await beside(networks, clock, stack)
        for name in SUGGESTED:
            await sources[network_of(name)].profiles([name])
    assert not real.asked


async def test_a_network_that_is_switched_off_stays_off(clock: Clock) -> None:
    async with AsyncExitStack() as stack:
        assert set(await beside({"bluesky": RealNetwork()}, clock, stack)) == {"bluesky"}
