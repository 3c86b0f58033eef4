"""`/why`, `/receipt`, `/goal` and `/method`."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from playground.x.accounts import FixedWorld
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.dialogue.following.test_following import buttons
from tests.support.accounts import account, posts

ROOT = Path(__file__).parents[3]


async def test_why_tells_the_reasons_and_what_changed(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    first = await talk.ask("/why @nasa")
    assert "The three parts add up: " in first
    assert "Since" not in first
    clock.forward(days=7)
    world.put(account(1, "nasa", followers=9_000, listed=240, mentions_a_week=9))
    later = await talk.ask("/why @nasa")
    _, line, *rest = later.split("\n")
    before, after, points = re.findall(r"^([\d.]+) → ([\d.]+) since 18 March \(\+([\d.]+)", line)[0]
    assert float(after) - float(before) == pytest.approx(float(points))
    assert "Above all: " in line
    title = rest.index(f"What changed: +{points} points since 18 March.")
    lines = [each for each in rest[title + 1 :] if each.startswith("• ")]
    told = [re.findall(r" ([+−][\d.]+)(?: \(|$)", each)[0].replace("−", "-") for each in lines]
    assert sum(map(float, told)) == pytest.approx(float(points))
    reasons = [rest.index(each) for each in rest if each.startswith(("The three parts", "It is "))]
    assert title < reasons[0] < reasons[1]


async def test_nothing_new_is_said_to_be_nothing(
    talk: Talk, world: FixedWorld, clock: Clock
) -> None:
    world.put(account(1, "nasa", protected=True))
    await talk.ask("/klout @nasa")
    clock.forward(days=1)
    assert "Nothing has changed since 18 March (" in await talk.ask("/why @nasa")


async def test_a_receipt_computes_itself_again(talk: Talk) -> None:
    (message,) = await talk.say(talk.ada, talk.private, "/receipt @nasa")
    assert message["document"]["file_name"] == "nasa-2026-03-18.json"
    (upload,) = talk.telegram.sent("sendDocument")[-1].files.values()
    result = subprocess.run(  # noqa: ASYNC221 - the stranger's own command
        [sys.executable, "-m", "scoring"],
        input=upload.content,
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert json.loads(result.stdout)["agrees"] is True


async def test_missing_impossible_and_several_handles(talk: Talk) -> None:
    for command in ("/why", "/receipt", "/goal 35"):
        assert (await talk.ask(f"{command} @nobody")).startswith("There is no account @nobody")
        assert "I did not understand \u2068@jean-luc\u2069. A handle" in await talk.ask(
            f"{command} @jean-luc"
        )
        assert "One account at a time" in await talk.ask(f"{command} @nasa @lea")


QUESTIONS = [
    ("/why", "Which score should I explain?", "The three parts add up: "),
    ("/goal 60", "Which account should reach 60?", " → 60\n"),
    ("/klout", "What is your handle?", "Read from X just now."),
]


@pytest.mark.parametrize(("command", "question", "answered"), QUESTIONS)
@pytest.mark.parametrize("where", ["private", "group"])
async def test_a_reply_does_what_the_command_was_for(
    talk: Talk, command: str, question: str, answered: str, where: str
) -> None:
    chat = talk.private if where == "private" else talk.group
    (prompt,) = await talk.say(talk.ada, chat, command)
    assert prompt["text"].startswith(question)
    (again,) = await talk.say(talk.ada, chat, "…", reply_to=prompt)
    assert again["text"] == prompt["text"]
    (answer,) = await talk.say(talk.ada, chat, "lea", reply_to=again)
    assert answer["text"].startswith("@lea · ")
    assert answered in answer["text"]
    await talk.press(talk.ada, answer, "That’s me")
    (own,) = await talk.say(talk.ada, chat, command)
    assert answered in own["text"]


async def test_a_reply_does_it_in_french_too(talk: Talk) -> None:
    (prompt,) = await talk.say(talk.chloe, talk.telegram.private_chat(talk.chloe), "/goal 35,5")
    assert prompt["text"] == "Quel compte devrait atteindre 35,5 ? Envoyez-moi son pseudo."
    (answer,) = await talk.say(
        talk.chloe, talk.telegram.private_chat(talk.chloe), "@nasa", reply_to=prompt
    )
    assert " → 35,5\n" in answer["text"]


async def test_a_receipt_that_was_asked_for_is_sent(talk: Talk) -> None:
    (prompt,) = await talk.say(talk.ada, talk.group, "/receipt")
    assert prompt["text"].startswith("Whose receipt would you like?")
    (message,) = await talk.say(talk.ada, talk.group, "nasa", reply_to=prompt)
    assert message["document"]["file_name"] == "nasa-2026-03-18.json"


async def test_a_goal_says_how_far_what_helps_and_what_does_not(talk: Talk) -> None:
    text = await talk.ask("/goal @lea 45")
    assert re.match(r"@lea · \d+/100 ± \d+ · X → 45\n[\d.]+ points to go, ", text)
    assert re.search(r"• community, with twice the followers and lists: \+\d\.\d", text)
    assert re.search(r"• activity, with twice the posts that draw as much each: \+\d\.\d", text)
    lever = r"• lists that others put it on: 5 → about \d+ \(twice as many: \+\d\.\d\)"
    assert re.search(lever, text)
    assert re.search(r"• reactions to each post: 8 → about \d+ \(twice as many: \+", text)
    assert "• followers" not in text
    assert "ten times the posts with the same reactions bring nothing." in text
    assert "must not be used to judge a candidate" in text
    out_of_reach = await talk.ask("/goal @lea 100")
    assert re.search(r"• mentions a week: 9, not enough alone \(twice as many: \+", out_of_reach)


async def test_a_goal_within_the_margin_is_said_to_be_that(talk: Talk) -> None:
    score = (await talk.ask("/klout @lea")).split(" · ")[1].split("/")[0]
    assert "the score cannot say on which side of" in await talk.ask(f"/goal @lea {score}")
    assert "the score cannot say on which side of" in await talk.ask(f"/goal {score}/100 @lea")
    assert "Reached: " in await talk.ask("/goal 10 @lea")


async def test_a_goal_for_whoever_never_was_heard_of(talk: Talk, world: FixedWorld) -> None:
    world.put(account(3, "nobody_yet", followers=0, listed=0, posts=0, recent=()))
    text = await talk.ask("/goal @nobody_yet 35")
    assert "• followers: 0 → about " in text


async def test_a_goal_is_one_number_from_0_to_100(talk: Talk) -> None:
    for nonsense in ("much", "101", "-3", "5%", "35 40", "9" * 3_000, "NaN", "1e2", "@nasa 101"):
        assert (await talk.ask(f"/goal {nonsense}")).startswith("A goal is one number")


async def test_a_goal_without_a_number_asks_for_it(talk: Talk) -> None:
    (prompt,) = await talk.say(talk.ada, talk.private, "/goal @lea")
    assert prompt["text"].startswith("Which score do you wish for @lea?")
    (again,) = await talk.say(talk.ada, talk.private, "much", reply_to=prompt)
    assert again["text"] == f"I did not understand \u2068much\u2069.\n{prompt['text']}"
    (answer,) = await talk.say(talk.ada, talk.private, "70", reply_to=again)
    assert re.match(r"@lea · \d+/100 ± \d+ · X → 70\n", answer["text"])

    (prompt,) = await talk.say(talk.ada, talk.private, "/goal")
    assert prompt["text"].startswith("Which score do you wish for? Send me a number")
    (whose,) = await talk.say(talk.ada, talk.private, "35", reply_to=prompt)
    assert whose["text"].startswith("Which account should reach 35?")
    (answer,) = await talk.say(talk.ada, talk.private, "@lea", reply_to=whose)
    assert " → 35\n" in answer["text"]
    await talk.press(talk.ada, answer, "That’s me")
    assert (await talk.ask("/goal 35,5")).startswith("@lea · ")
    assert (await talk.ask("/goal")).startswith("Which score do you wish for @lea?")


async def test_nobody_elses_question_is_ours(talk: Talk) -> None:
    update = talk.telegram.say(
        talk.bob, talk.group, "Which score should I explain? Send me the handle."
    )
    await talk.feed(talk.group, update)
    bobs = talk.telegram.history(talk.group)[-1]
    assert await talk.say(talk.ada, talk.group, "@nasa", reply_to=bobs) == []


async def test_the_method_names_its_formula_and_its_source(talk: Talk) -> None:
    text = await talk.ask("/method")
    assert "Formula 2026.2." in text
    assert "PeerIndex, 2013" in text


async def test_an_account_that_only_listens_is_told_so_kindly(
    talk: Talk, world: FixedWorld
) -> None:
    world.put(account(1, "nasa", recent=posts(1, count=2)))
    assert "Mostly listens" in await talk.ask("/klout @nasa")
    assert "Listening is fine" in await talk.ask("/why @nasa")
    assert "Listening is fine" not in await talk.ask("/why @lea")


async def test_somebody_who_rests_is_not_said_to_listen(talk: Talk, world: FixedWorld) -> None:
    world.put(account(1, "nasa", recent=()))
    why = await talk.ask("/why @nasa")
    assert "No post in 90 days." in why
    assert "A rest is fine, though it shows" in why
    assert "isten" not in why


async def test_the_reasons_offer_only_what_is_not_done_yet(talk: Talk) -> None:
    (told,) = await talk.say(talk.ada, talk.private, "/why @nasa")
    assert {"Follow", "That’s me"} <= set(buttons(told))
    await talk.press(talk.ada, told, "That’s me")
    await talk.press(talk.ada, told, "Follow")
    (again,) = await talk.say(talk.ada, talk.private, "/why @nasa")
    assert "Unfollow" in buttons(again)
    assert "That’s me" not in buttons(again)
    (gone,) = await talk.press(talk.ada, again, "Unfollow")
    assert gone["text"] == "No longer following @nasa."
    assert talk.telegram.history(talk.private)[-2]["text"] == again["text"]


async def test_a_margin_without_posts_does_not_speak_of_posts_that_were_seen(
    talk: Talk, world: FixedWorld
) -> None:
    world.put(account(3, "diary", protected=True))
    assert "the posts and mentions were not read" in await talk.ask("/why @diary")
    assert "Provisional: " in await talk.ask("/klout @diary")
    assert "It narrows as more days are read." in await talk.ask("/why @lea")
    assert "7 days of 56 read so far: read every week, it settles" in await talk.ask("/klout @lea")


async def test_a_place_is_never_told_without_whom_it_is_among(
    talk: Talk, world: FixedWorld
) -> None:
    world.put(account(3, "nobody_yet", followers=0, listed=0, posts=0, recent=()))
    text = await talk.ask("/why @lea")
    assert re.search(r"higher than about \d+ in 100 of the 514 accounts that people judged", text)
    assert re.search(r"English-speaking ones\. Given the margin: \d+ to \d+ in 100\.", text)
    assert "lower than those of all 514 accounts" in await talk.ask("/why @nobody_yet")
    assert "PeerIndex" not in text
    method = await talk.ask("/method")
    assert "PeerIndex, 2013" in method
    assert "the 514 accounts judged in that study" in method


async def test_it_says_what_accounts_with_as_many_followers_draw(
    talk: Talk, world: FixedWorld
) -> None:
    alone = await talk.ask("/why @nasa")
    assert (
        "usually draw about 1 reaction a post, as formula 2026.2 takes it; this one drew 8."
        in alone
    )
    for number in range(31):
        world.put(account(100 + number, f"peer_{number}", recent=posts(100 + number, likes=number)))
    for first in range(0, 31, 5):
        names = " ".join(f"@peer_{n}" for n in range(first, min(first + 5, 31)))
        person = (talk.ada, talk.bob, talk.chloe)[first % 3]  # each has a quota
        await talk.say(person, talk.telegram.private_chat(person), f"/klout {names}")
    among = await talk.ask("/why @nasa")
    assert (
        "Accounts on X with 2,000 to 5,000 followers usually draw 18 reactions a post; this one"
        " drew 8. (The middle of 31 accounts that I read until 18 March.)"
    ) in among
    assert "peer_" not in among
