"""`/klout` as people meet it."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from playground.x.accounts import FixedWorld
from playground.x.server import XServer
from tests.conftest import Clock
from tests.dialogue.conftest import Talk
from tests.support.accounts import NOW, account, posts


async def test_a_score_adds_up_and_says_what_it_is_made_of(talk: Talk) -> None:
    text = await talk.ask("/klout @nasa")
    first, *lines = text.split("\n")
    headline = re.fullmatch(r"@nasa · (\d+)/100 ± (\d+) · X", first)
    assert headline
    parts = [float(line.split()[1]) for line in lines if line.startswith(("▰", "▱"))]
    assert len(parts) == 3
    assert round(sum(parts)) == int(headline[1])
    assert "2,500 followers · on 80 lists · 9.3 posts a day on average" in text  # not 0.93
    assert "Read from X just now." in text


@pytest.mark.parametrize(
    "typed",
    [
        "/klout nasa",
        "/klout x.com/nasa",
        "/klout https://twitter.com/nasa?s=20",
        "/klout ＠ｎａｓａ",
        "/klout @nasa, please!",
        "/klout@klout_bot @nasa",
        "/KLOUT @nasa",
        "@nasa",
        "https://x.com/nasa",
        "/start k_nasa",
    ],
)
async def test_every_way_to_ask(talk: Talk, typed: str) -> None:
    assert (await talk.ask(typed)).startswith("@nasa · ")


async def test_several_at_once_in_the_order_asked_with_a_sentence_for_each_that_fails(
    talk: Talk, world: FixedWorld
) -> None:
    world.put(account(3, "gone", suspended=True))
    text = await talk.ask("/klout @lea @nasa @gone @nobody @jean-luc")
    blocks = text.split("\n\n")
    assert [block.split()[0] for block in blocks[:2]] == ["@lea", "@nasa"]
    assert blocks[2] == "X has suspended @gone, so there is nothing to score."
    assert blocks[3].startswith("There is no account @nobody on X.")
    assert blocks[4].startswith("I did not understand \u2068@jean-luc\u2069. A handle on X begins")


async def test_the_sixth_is_left_out_and_said_so(talk: Talk) -> None:
    text = await talk.ask("/klout @a @b @c @d @e @f")
    assert "I answer for 5 at a time; 1 was left out." in text


async def test_bare_it_asks_and_the_reply_is_the_answer(talk: Talk) -> None:
    (prompt,) = await talk.say(talk.ada, talk.private, "/klout")
    (answer,) = await talk.say(talk.ada, talk.private, "nasa", reply_to=prompt)
    assert answer["text"].startswith("@nasa · ")
    await talk.press(talk.ada, answer, "That’s me")
    assert (await talk.ask("/klout")).startswith("@nasa · ")
    assert (await talk.say(talk.bob, talk.group, "/klout"))[0]["text"].startswith(
        "What is your handle?"
    )


async def test_another_own_handle_replaces_the_first_when_its_person_confirms(talk: Talk) -> None:
    async def shows(handle: str) -> None:
        (prompt,) = await talk.say(talk.ada, talk.group, "/klout")
        assert prompt["text"].startswith(f"@{handle} · ")

    (prompt,) = await talk.say(talk.ada, talk.group, "/klout")
    (answer,) = await talk.say(talk.ada, talk.group, "nasa", reply_to=prompt)
    assert await talk.press(talk.ada, answer, "That’s me") == []
    (answer,) = await talk.say(talk.ada, talk.group, "/goal @lea 70")
    reasons = await talk.say(talk.ada, talk.group, "/why @lea")
    assert reasons
    (question,) = await talk.press(talk.ada, reasons[0], "That’s me")
    assert question["text"].endswith("You said here that @nasa is yours. Replace it by @lea?")
    await talk.press(talk.bob, question, "Replace")
    assert talk.toast()["text"] == "This question is for the person who sent the command."
    await talk.press(talk.ada, question, "Keep @nasa")
    await shows("nasa")
    (question,) = await talk.press(talk.ada, reasons[0], "That’s me")
    await talk.press(talk.ada, question, "Replace")
    await shows("lea")


async def test_in_a_group_the_prompt_is_for_the_asker_and_answers_quote(talk: Talk) -> None:
    (prompt,) = await talk.say(talk.ada, talk.group, "/klout")
    sent = talk.telegram.sent("sendMessage")[-1]
    assert '"selective": true' in str(sent.params["reply_markup"]) or (
        sent.params["reply_markup"]["selective"] is True
    )
    assert prompt["reply_to_message"]["from"]["id"] == talk.ada.id
    (answer,) = await talk.say(talk.ada, talk.group, "nasa", reply_to=prompt)
    assert answer["reply_to_message"]["text"] == "nasa"


async def test_a_topic_keeps_its_answers(talk: Talk) -> None:
    topic = talk.telegram.topic(talk.group, "Scores")
    (answer,) = await talk.say(talk.ada, talk.group, "/klout @nasa", topic=topic)
    assert answer["message_thread_id"] == topic.id


async def test_edits_other_bots_commands_and_chatter_are_left_alone(talk: Talk) -> None:
    await talk.say(talk.ada, talk.group, "/klout @nasa")
    command = talk.telegram.history(talk.group)[0]
    assert not await talk.say(talk.ada, talk.group, "/klout @lea", edit_of=command)
    assert not await talk.say(talk.ada, talk.group, "/klout@other_bot @nasa")
    assert not await talk.say(talk.ada, talk.group, "/weather")
    assert not await talk.say(talk.ada, talk.group, "@nasa is great")


async def test_hostile_names_are_escaped_and_isolated(talk: Talk, world: FixedWorld) -> None:
    world.put(account(1, "nasa", name='<b>&amp; "مرحبا" \u202e</b>\n\x00' + "🎩" * 60))
    text = await talk.ask("/klout @nasa")
    name = text.split("\n")[1]
    assert name.startswith("\u2068<b>&amp; ")
    assert name.endswith("…\u2069")
    assert "\u202e" not in text


async def test_reasons_unfold_and_fold(talk: Talk, x: XServer) -> None:
    (answer,) = await talk.say(talk.ada, talk.private, "/klout @nasa")
    before, requests = answer["text"], len(x.requests)
    await talk.press(talk.ada, talk.private, "Why?")
    unfolded = talk.telegram.history(talk.private)[-1]["text"]
    assert "The three parts add up: " in unfolded
    assert "Activity: 10 posts in 9 days" in unfolded
    assert "8 reactions to a post, 9 mentions in 7 days" in unfolded
    await talk.press(talk.ada, talk.private, "Show less")
    assert talk.telegram.history(talk.private)[-1]["text"] == before
    assert len(x.requests) == requests


async def test_compare_asks_whom_and_shows_both(talk: Talk) -> None:
    (answer,) = await talk.say(talk.bob, talk.group, "/klout @nasa")
    (prompt,) = await talk.press(talk.ada, answer, "Compare")
    assert prompt["entities"][0]["user"]["id"] == talk.ada.id
    (both,) = await talk.say(talk.ada, talk.group, "lea", reply_to=prompt)
    lines, verdict, _ = both["text"].split("\n\n")
    assert [line.split()[1] for line in lines.split("\n")] == ["@nasa", "@lea"]
    assert verdict == "About 7 in 10 people would pick @nasa as the more influential."


async def test_french_people_are_answered_in_french(talk: Talk) -> None:
    chat = talk.telegram.private_chat(talk.chloe)
    (answer,) = await talk.say(talk.chloe, chat, "/klout @nasa")
    assert "communauté" in answer["text"]
    assert "9,3 posts par jour" in answer["text"]
    assert "Lu sur X à l’instant." in answer["text"]


async def test_the_answer_is_in_the_store_for_the_rest_of_the_day(
    talk: Talk, x: XServer, clock: Clock
) -> None:
    people = [talk.telegram.person(f"P{n}") for n in range(50)]
    groups = [talk.telegram.group(f"Group {n}", people[n * 5 : n * 5 + 5]) for n in range(10)]
    await talk.ask("/klout @nasa")
    clock.forward(hours=3)
    asked = [
        talk.telegram.say(person, groups[n // 5], "/klout @NASA") for n, person in enumerate(people)
    ]
    await talk.feed(talk.group, *asked)
    assert len(x.requests) == 3
    answers = [message for group in groups for message in talk.telegram.history(group)[5:]]
    assert len(answers) == 50
    assert all("Read from X 3 hours ago." in answer["text"] for answer in answers)


async def test_one_persons_commands_stay_in_order_and_nobody_waits_for_another(
    talk: Talk, x: XServer
) -> None:
    await talk.ask("/klout @lea")
    x.delay = 0.3
    slow = talk.telegram.say(talk.ada, talk.group, "/klout @nasa")
    after = talk.telegram.say(talk.ada, talk.group, "/klout @lea")
    other = talk.telegram.say(talk.bob, talk.group, "/klout @lea")
    answers = await talk.feed(talk.group, slow, after, other)
    asked = [(m["reply_to_message"]["from"]["first_name"], m["text"].split()[0]) for m in answers]
    assert asked == [("Bob", "@lea"), ("Ada", "@nasa"), ("Ada", "@lea")]


async def test_a_slow_read_shows_that_work_goes_on(talk: Talk, x: XServer) -> None:
    topic = talk.telegram.topic(talk.group, "Scores")
    x.delay = 0.3
    await talk.say(talk.ada, talk.group, "/klout @nasa", topic=topic)
    action = talk.telegram.sent("sendChatAction")[0]
    assert int(action.params["message_thread_id"]) == topic.id
    x.delay = 0
    shown = len(talk.telegram.sent("sendChatAction"))
    await talk.ask("/klout @nasa")
    assert len(talk.telegram.sent("sendChatAction")) == shown


async def test_a_lone_word_is_offered_not_paid_for(talk: Talk, x: XServer) -> None:
    assert "press the button" in await talk.ask("hello")
    assert not x.requests
    (answer,) = await talk.press(talk.ada, talk.private, "Score @hello")
    assert answer["text"].startswith("There is no account @hello on X.")


async def test_many_people_at_once_are_all_answered(talk: Talk) -> None:
    people = [talk.telegram.person(f"P{n}") for n in range(40)]
    chats = [talk.telegram.private_chat(person) for person in people]
    updates = [
        talk.telegram.say(person, chat, "/klout @nasa @lea")
        for person, chat in zip(people, chats, strict=True)
    ]
    await asyncio.wait_for(talk.feed(chats[0], *updates), timeout=30)
    assert all(len(talk.telegram.history(chat)) == 2 for chat in chats)


@pytest.mark.parametrize("typed", ["/klout @", "/klout 😀", "/klout ?!", "/klout and"])
async def test_naming_nobody_is_asked_whom(talk: Talk, typed: str) -> None:
    assert await talk.ask(typed) == "Which account? Send me its handle."


async def test_a_sentence_is_not_read_at_a_price(talk: Talk, x: XServer) -> None:
    asked = await talk.ask("/klout my friend bob")
    assert asked.startswith("I did not understand \u2068my friend bob\u2069. A handle on X begins")
    assert asked.endswith("\nWhich account? Send me its handle.")
    assert not x.requests


async def test_a_message_keeps_its_language_whoever_presses(talk: Talk) -> None:
    (answer,) = await talk.say(talk.ada, talk.group, "/klout @nasa")
    await talk.press(talk.chloe, answer, "Why?")
    assert "The three parts add up" in talk.telegram.history(talk.group)[-1]["text"]


async def test_posting_into_silence_is_explained(talk: Talk, world: FixedWorld) -> None:
    silent = tuple(
        replace(post, created_at=NOW - timedelta(hours=index), replies=0, reposts=0)
        for index, post in enumerate(posts(1, likes=0), start=1)
    )
    world.put(account(1, "nasa", posts=200_000, recent=silent, mentions_a_week=0))
    await talk.ask("/klout @nasa")
    await talk.press(talk.ada, talk.private, "Why?")
    assert "hardly anybody reacts" in talk.telegram.history(talk.private)[-1]["text"]


async def test_too_close_to_call(talk: Talk, world: FixedWorld) -> None:
    world.put(account(1, "nasa"))
    world.put(account(2, "lea", followers=2_600))
    text = await talk.ask("/klout @nasa @lea")
    assert text.split("\n\n")[-1] == ("Too close to call: about 5 in 10 people would pick @lea.")


@pytest.mark.parametrize(
    "typed",
    [
        "https://www.netflix.com/title/81234567",
        "12/05/2026",
        "@O'Reilly",
        "https://x.com@evil.org/nasa",
        "x.com/i/user/123",
        "hello there",
        "9h30",
        "35",
        "@n\u0430sa",
    ],
)
async def test_what_is_no_account_on_x_is_named_and_costs_nothing(
    talk: Talk, x: XServer, typed: str
) -> None:
    for command in ("/klout", "/why", "/follow", "/compare", "/history", "/receipt", "/prove"):
        told = await talk.ask(f"{command} {typed}")
        assert f"I did not understand \u2068{typed}\u2069. A handle on X begins" in told
    alone = await talk.ask(typed)
    assert "understand" in alone
    assert (f"\u2068{typed}\u2069" in alone) is bool(set("@/") & set(typed))
    assert not x.requests


@pytest.mark.parametrize(
    ("command", "begins"),
    [
        ("/klout {}", "@nasa · "),
        ("/why {}", "@nasa · "),
        ("/goal 35 {}", "@nasa · "),
        ("/receipt {}", "The receipt of @nasa"),
        ("/history {}", "@nasa · "),
        ("/compare @lea {}", "1. @nasa · "),
        ("/follow {}", "Following @nasa."),
        ("/unfollow {}", "This chat does not follow"),
        ("/prove {}", "Put klout-"),
        ("/hide {}", "I cannot know yet"),
        ("/alert 35 {}", "For instance"),
        ("please, {}", "@nasa · "),
    ],
)
async def test_what_was_not_used_is_named_below_the_answer(
    talk: Talk, command: str, begins: str
) -> None:
    (told,) = await talk.say(talk.ada, talk.private, command.format("@nasa 12/05 <b>&c"))
    text = told.get("text") or told["caption"]
    assert text.startswith(begins)
    assert "I did not understand \u206812/05 &c\u2069." in text.split("\n")


async def test_what_is_named_calls_nobody_on_telegram(talk: Talk) -> None:
    (told,) = await talk.say(talk.ada, talk.group, "/klout @jean-luc #nasa bob@nasa a=example")
    assert {entity["type"] for entity in told["entities"]} == {"code"}
    assert len(told["text"]) < 300


async def test_a_long_text_is_cut_short(talk: Talk) -> None:
    told = await talk.ask("/klout @nasa " + "x" * 1000 + " @nasa 1/2 @nasa 1/3 @nasa 1/4")
    assert told.endswith(f"understand \u2068{'x' * 49}…\u2069, \u20681/2\u2069, \u20681/3\u2069.")


async def test_in_french_too(talk: Talk) -> None:
    private = talk.telegram.private_chat(talk.chloe)
    (told,) = await talk.say(talk.chloe, private, "/klout @nasa 12/05/2026")
    assert told["text"].endswith("Je n’ai pas compris \u206812/05/2026\u2069.")
