"""The demo's world: the same at every look, and alive."""

from datetime import timedelta

from playground.x.characters import CHARACTERS
from playground.x.made_up import MadeUpWorld
from tests.support.accounts import NOW

WEEK = timedelta(weeks=1)


def test_every_character_can_be_found_and_described() -> None:
    world = MadeUpWorld(NOW)
    for character in CHARACTERS:
        newest, since = character.renamed or (character.handle, 0)
        assert world.by_handle(newest if since <= 0 else character.handle, NOW)
        assert set(character.about) == {"en", "fr"}


def test_two_looks_agree_and_a_week_brings_news() -> None:
    world = MadeUpWorld(NOW)
    assert world.by_handle("lea_blogs", NOW) == world.by_handle("LEA_blogs", NOW)
    now, later = (world.by_handle("lea_blogs", moment) for moment in (NOW, NOW + WEEK))
    assert now
    assert later
    assert later.followers > now.followers
    assert later.posts > now.posts
    assert later.recent[0].id > now.recent[0].id


def test_posts_are_in_the_past_newest_first_and_counted() -> None:
    account = MadeUpWorld(NOW).by_handle("nasa_fan", NOW + WEEK)
    assert account
    times = [post.created_at for post in account.recent]
    assert times == sorted(times, reverse=True)
    assert times[0] <= NOW + WEEK


def test_the_harbour_changes_its_handle() -> None:
    world = MadeUpWorld(NOW)
    before = world.by_handle("old_harbour", NOW - WEEK)
    after = world.by_handle("new_harbour", NOW)
    assert before
    assert after
    assert before.id == after.id
    assert world.by_handle("old_harbour", NOW) is None


def test_eight_weeks_of_history_lead_to_what_is_said_of_the_beginning() -> None:
    world = MadeUpWorld(NOW)
    for character in CHARACTERS:
        if character.renamed:
            continue
        then, now = (world.by_handle(character.handle, at) for at in (NOW - 8 * WEEK, NOW))
        assert then
        assert now
        assert (now.followers, now.listed) == (character.followers, character.listed)
        assert (then.followers < now.followers) == bool(character.growth or character.surge)


def test_things_happen_in_the_weeks_to_come() -> None:
    world = MadeUpWorld(NOW)
    lea, lea_later = (world.by_handle("lea_blogs", at) for at in (NOW, NOW + WEEK))
    assert lea
    assert lea_later
    assert lea_later.followers > 1.5 * lea.followers  # she goes viral
    bob, bob_later = (world.by_handle("bob_at_home", at) for at in (NOW + WEEK, NOW + 2 * WEEK))
    assert bob
    assert bob_later
    assert bob.posts == bob_later.posts  # he falls silent
    lou, gary = (
        world.by_handle(handle, NOW + 4 * WEEK) for handle in ("lou_listens", "golden_gary")
    )
    assert lou
    assert lou.protected
    assert gary
    assert gary.suspended
    assert world.by_handle("chloe_a_lyon", NOW + 2 * WEEK) is None
    assert world.by_handle("chloe_a_table", NOW + 2 * WEEK)
