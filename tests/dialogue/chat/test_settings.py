"""`/settings`, and links from outside that do something at once."""

import pytest

from playground.telegram.server.wire import Json
from tests.dialogue.conftest import Talk

pytestmark = pytest.mark.usefixtures("hurried")


def _buttons(message: Json) -> list[str]:
    return [one["text"] for row in message["reply_markup"]["inline_keyboard"] for one in row]


async def test_settings_of_a_new_chat_lead_everywhere(talk: Talk) -> None:
    (page,) = await talk.say(talk.ada, talk.private, "/settings")
    assert page["text"] == (
        "This chat’s settings\n"
        "Language: each reader’s own\n"
        "Your handle: not said yet (/klout asks for it)\n"
        "Time zone: UTC\n"
        "No digest comes: nobody is followed yet.\n"
        "0 accounts followed · 0 alerts\n"
        "News from this bot’s operator: yes"
    )
    brings = {
        "Language": "Which language shall I speak here?",
        "Time zone…": "In which time zone do you live?",
        "Followed": "This chat follows nobody yet.",
        "Alerts": "For instance /alert @nasa 35",
    }
    assert _buttons(page) == [*brings, "Stop the news"]
    for button, text in brings.items():
        (answer,) = await talk.press(talk.ada, page, button)
        assert answer["text"].startswith(text), button


async def test_settings_say_what_was_chosen(talk: Talk) -> None:
    for text in (
        "/follow @nasa @lea",
        "/alert @nasa 70",
        "/schedule monday 9:00 Europe/Paris",
        "/language fr",
    ):
        await talk.ask(text)
    (page,) = await talk.say(talk.ada, talk.private, "/settings")
    title, language, handle, zone, digest, _clock, counts, news = page["text"].split("\n")
    assert title == "Les réglages de cette conversation"
    assert language == "Langue : français"
    assert handle == "Votre pseudo\u00a0: pas encore indiqué (/klout le demande)"
    assert zone == "Fuseau horaire : Europe/Paris"
    assert "09:00 (Europe/Paris), puis chaque semaine" in digest
    assert counts == "2 comptes suivis · 1 alerte"
    assert news == "Nouvelles de l’opérateur du bot : oui"
    (answer,) = await talk.press(talk.ada, page, "Choisir l’heure")
    assert "Europe/Paris" in answer["text"]


async def test_settings_of_a_group_are_shown_to_all_and_changed_by_administrators(
    talk: Talk,
) -> None:
    await talk.say(talk.ada, talk.group, "/join @nasa")
    (page,) = await talk.say(talk.bob, talk.group, "/settings")
    assert "Board: 1 person, when asked for (/board weekly)" in page["text"]
    (board,) = await talk.press(talk.bob, page, "Show the board")
    assert "@nasa" in board["text"]
    (languages,) = await talk.press(talk.bob, page, "Language")
    assert not await talk.press(talk.bob, languages, "Français")
    assert talk.toast()["text"].startswith("Only the administrators")
    await talk.say(talk.ada, talk.group, "/board weekly")
    (page,) = await talk.say(talk.bob, talk.group, "/settings")
    assert "Board: 1 person, every week with the digest" in page["text"]
    await talk.say(talk.ada, talk.group, "/board off")
    await talk.press(talk.ada, talk.group, "Switch it off")
    (page,) = await talk.say(talk.bob, talk.group, "/settings")
    assert "Board: off (/board on)" in page["text"]


@pytest.mark.parametrize(
    ("link", "begins", "says"),
    [
        ("k_nasa", "@nasa · ", "community"),
        ("f_nasa", "", "@nasa"),
        ("cmp_nasa-lea", "1. @nasa · ", "2. @lea · "),
        ("cmp_a_b-_", "There is no account @", "@a_b"),
        ("cmp_nasa", "Who should I compare @nasa with?", ""),
    ],
)
async def test_a_link_does_at_once_what_it_says(
    talk: Talk, link: str, begins: str, says: str
) -> None:
    text = await talk.ask(f"/start {link}")
    assert text.startswith(begins)
    assert says in text
    followed = "follows" in await talk.ask("/following")
    assert followed == (not link.startswith("f_"))  # "this chat follows nobody yet"


@pytest.mark.parametrize(
    "link", ["f_", "f_<b>", "cmp_-", "cmp_a-", "x_nasa", "f_" + "a" * 16, "k_ñ"]
)
async def test_a_broken_link_is_a_welcome(talk: Talk, link: str) -> None:
    assert (await talk.ask(f"/start {link}")).startswith("I say how far an account reaches")


async def test_in_a_group_a_link_lets_only_administrators_follow(talk: Talk) -> None:
    (refusal,) = await talk.say(talk.bob, talk.group, "/start f_nasa")
    assert refusal["text"].startswith("Only the administrators")
    (told,) = await talk.say(talk.ada, talk.group, "/start f_nasa")
    assert "@nasa" in told["text"]
