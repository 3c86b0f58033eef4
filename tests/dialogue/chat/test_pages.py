"""Welcome, help, language, privacy."""

from handlers import menu
from tests.dialogue.conftest import Talk


async def test_start_is_two_lines_an_example_and_buttons(talk: Talk) -> None:
    text = await talk.ask("/start")
    assert len([line for line in text.split("\n") if line]) == 3
    (answer,) = await talk.press(talk.ada, talk.private, "Score @nasa")
    assert answer["text"].startswith("@nasa · ")


async def test_help_and_privacy_also_come_from_buttons(talk: Talk) -> None:
    await talk.ask("/start")
    welcome = talk.telegram.history(talk.private)[-1]
    (page,) = await talk.press(talk.ada, welcome, "Help")
    assert page["text"] == await talk.ask("/help")
    (page,) = await talk.press(talk.ada, welcome, "Privacy")
    assert page["text"] == await talk.ask("/privacy")


async def test_language_is_a_matter_of_the_chat(talk: Talk) -> None:
    assert await talk.ask("/language fr") == "Désormais, je parle français ici."
    assert (await talk.ask("/help")).startswith("Ce que je sais faire")
    await talk.ask("/language")
    await talk.press(talk.ada, talk.private, "English")
    assert talk.telegram.history(talk.private)[-1]["text"] == "I speak English here from now on."
    assert (await talk.ask("/language klingon")).startswith("I do not speak that one yet.")


async def test_only_administrators_choose_a_groups_language(talk: Talk) -> None:
    (refusal,) = await talk.say(talk.bob, talk.group, "/language fr")
    assert refusal["text"].startswith("Only the administrators")
    (offer,) = await talk.say(talk.ada, talk.group, "/language")
    await talk.press(talk.bob, offer, "Français")
    assert talk.toast()["text"].startswith("Only the administrators")
    await talk.press(talk.ada, offer, "Français")
    (page,) = await talk.say(talk.bob, talk.group, "/help")
    assert page["text"].startswith("Ce que je sais faire")


async def test_forgetting_ones_handle(talk: Talk) -> None:
    (prompt,) = await talk.say(talk.ada, talk.private, "/klout")
    (answer,) = await talk.say(talk.ada, talk.private, "@nasa", reply_to=prompt)
    await talk.press(talk.ada, answer, "That’s me")
    await talk.ask("/privacy")
    await talk.press(talk.ada, talk.private, "Forget my handle")
    assert "no longer know" in talk.toast()["text"]
    assert (await talk.ask("/klout")).startswith("What is your handle?")


async def test_unknown_commands_get_a_hint_where_the_bot_is_meant(talk: Talk) -> None:
    assert (await talk.ask("/nonsense")).startswith("Sorry, I did not understand.")
    (hint,) = await talk.say(talk.ada, talk.group, "/nonsense@klout_bot")
    assert hint["text"].startswith("Sorry, I did not understand.")


async def test_the_menu_is_written_once_in_every_language(talk: Talk) -> None:
    await menu.publish(talk.application.bot)
    await menu.publish(talk.application.bot)
    assert len(talk.telegram.sent("setMyCommands")) == 6  # for all, in private, in groups; twice
    private = {each["command"] for each in talk.telegram.menu(talk.ada, talk.private)}
    group = {each["command"] for each in talk.telegram.menu(talk.ada, talk.group)}
    assert private - group == {"receipt", "privacy", "export", "forget_me"}
    assert group - private == {"board", "join", "leave"}
    french = talk.telegram.menu(talk.chloe, talk.telegram.private_chat(talk.chloe))
    assert french[0] == {"command": "klout", "description": "le score d’un compte, et pourquoi"}


async def test_a_menu_that_telegram_refuses_stops_nothing(talk: Talk) -> None:
    talk.telegram.fail("setMyCommands", 429, "Too Many Requests", retry_after=1, times=3)
    await menu.publish(talk.application.bot)
