"""The demo's world: the same at every look, and alive."""

from datetime import timedelta

from playground.x.made_up import CHARACTERS, MadeUpWorld
from tests.accounts import NOW

WEEK = timedelta(weeks=1)


def test_every_character_can_be_found_and_described() -> None:
    world = MadeUpWorld(NOW)
    for character in CHARACTERS:
        assert world.by_handle(character.renamed or character.handle, NOW)
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
