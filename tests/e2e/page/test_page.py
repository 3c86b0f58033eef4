"""The demo in a real browser, as a newcomer drives it."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright, expect
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    SwitchInlineQueryChosenChat,
)

from playground.telegram.people.page_data import PageData
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.web import create_app
from tests.e2e.conftest import Launch, chromium

DESKTOP = (1280, 800)
PHONE = (375, 740)


@pytest.fixture
async def demo(launch: Launch, tmp_path: Path) -> AsyncIterator[str]:
    """`bot.py demo` on a free port; the address it prints."""
    chromium()  # without a browser there is nothing to start
    bot = await launch(tmp_path, {"DEMO_PORT": "0"}, "demo")
    line = await bot.until("The demo is at")
    yield re.findall(r"http://127\.0\.0\.1:\d+", line)[0]
    assert await bot.end(signal=signal.SIGTERM) == 0
    assert "Traceback" not in "".join(bot.output)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield browser
        await browser.close()


async def _say(page: Page, text: str) -> None:
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("send").click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_a_person_asks_and_presses_and_sees_the_answer(
    demo: str, browser: Browser, size: tuple[int, int]
) -> None:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    await page.goto(demo)
    await expect(page.get_by_test_id("banner")).to_contain_text("Made-up accounts")

    await _say(page, "/klout @lea_blogs")
    answer = page.get_by_test_id("message").last
    await expect(answer).to_contain_text(re.compile(r"@lea_blogs · \d+/100 ± \d+ · X"))
    await answer.get_by_test_id("inline-button").get_by_text("Why?").click()
    await expect(answer).to_contain_text("The three parts add up")
    await page.get_by_test_id("message").last.get_by_text("Show less").click()
    await expect(answer).not_to_contain_text("The three parts add up")

    await _say(page, "/klout @tricky_name")
    await expect(page.get_by_test_id("message").last).to_contain_text('<b>& "مرحبا" </b> Ada')
    await _say(page, "/klout @old_harbour")
    renamed = page.get_by_test_id("message").last
    await expect(renamed).to_contain_text("@old_harbour goes by @new_harbour now.")

    wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0
    assert complaints == []


@pytest.mark.parametrize(
    ("language", "title", "button"),
    [("en", "What changed", "A week later"), ("fr", "Ce qui a changé", "Une semaine plus tard")],
)
async def test_weeks_pass_and_each_brings_a_digest(
    demo: str, browser: Browser, language: str, title: str, button: str
) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale=language)
    await page.goto(demo)
    if language == "fr":
        await page.get_by_test_id("person").filter(has_text="Chloé").click()
    later = page.get_by_test_id("week-later")
    await expect(later).to_have_text(button)
    messages = page.get_by_test_id("message")
    await _say(page, "/follow @lea_blogs @nasa_fan @golden_gary")
    await expect(messages).to_have_count(2)
    dates = [await page.get_by_test_id("now").inner_text()]
    for week in (1, 2):
        await later.click()
        await expect(messages).to_have_count(2 + week)
        await expect(messages.last).to_contain_text(title)
        await expect(later).to_be_enabled()
        dates.append(await page.get_by_test_id("now").inner_text())
    assert len(set(dates)) == 3
    change = r"[\d.,]+ → [\d.,]+ (since|depuis le) [^.]+\.\s+\+\d"
    viral = re.compile(rf"@lea_blogs · \d+/100 ± \d · X\s+{change}")
    await expect(messages.nth(2)).to_contain_text(viral)
    for other in ("@nasa_fan", "@golden_gary"):
        await expect(messages.nth(2)).to_contain_text(other)
    await messages.last.get_by_test_id("inline-button").filter(has_text="lea_blogs").click()
    await expect(messages.last).to_contain_text("Léa, blogueuse")


async def test_a_week_reaches_groups_and_topics(demo: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="en")
    await page.goto(demo)
    for title in ("Friends", "Scores"):
        await page.get_by_test_id("chat").filter(has_text=title).first.click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(title)
        await _say(page, "/follow@klout_demo_bot @lea_blogs")
        await expect(page.get_by_test_id("message").last).to_contain_text("Following @lea_blogs")
    await page.get_by_test_id("week-later").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("What changed")
    await page.get_by_test_id("chat").filter(has_text="Friends").first.click()
    await expect(page.get_by_test_id("message").last).to_contain_text("What changed")


async def test_inline_results_guests_and_administrators(browser: Browser) -> None:
    telegram = LocalTelegram("42:DEMO", "klout_demo_bot")
    ada, bob = telegram.person("Ada"), telegram.person("Bob")
    friends = telegram.group("Friends", [ada, bob])
    strangers = telegram.group("Strangers", [bob, ada], with_bot=False)
    app = create_app(telegram, PageData([ada, bob], [friends, strangers]))
    async with TestServer(app) as server, asyncio.TaskGroup() as group:
        serving = group.create_task(_offer_scores(telegram))
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="en")
        await page.goto(str(server.make_url("/")))

        await page.get_by_test_id("chat").filter(has_text="Friends").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Friends")
        await page.get_by_test_id("composer").press_sequentially("@klout_demo_bot nasa")
        await page.get_by_test_id("inline-result").filter(has_text="@nasa").click()
        await expect(page.get_by_test_id("message")).to_contain_text("via @klout_demo_bot")
        await page.get_by_test_id("inline-button").click()  # share it in another chat
        await page.get_by_test_id("chooser").get_by_text("Strangers").click()
        await expect(page.get_by_test_id("composer")).to_have_value("@klout_demo_bot lea")

        await page.get_by_test_id("composer").fill("")
        await _say(page, "What about @klout_demo_bot nasa")
        await expect(page.get_by_test_id("message").last).to_contain_text("67/100")
        await expect(page.get_by_test_id("actions-button")).to_be_hidden()  # Bob's group

        await page.get_by_test_id("person").filter(has_text="Bob").click()
        await page.get_by_test_id("actions-button").click()
        await page.get_by_test_id("action").filter(has_text="Add the bot").click()
        await expect(page.get_by_role("log").get_by_text("Bob added Klout")).to_be_visible()
        serving.cancel()
    assert telegram.violations == []


async def _offer_scores(telegram: LocalTelegram) -> None:
    """A bot that knows one score, and offers it inline and as a guest."""
    share = SwitchInlineQueryChosenChat("lea", allow_group_chats=True)
    result = InlineQueryResultArticle(
        "nasa",
        "@nasa · 67/100",
        InputTextMessageContent("67/100"),
        reply_markup=InlineKeyboardMarkup(
            [[InlineKeyboardButton("Share", switch_inline_query_chosen_chat=share)]]
        ),
    )
    transport = telegram.request()
    bot = Bot(telegram.token, request=transport, get_updates_request=transport)
    offset = 0
    while True:
        for update in await bot.get_updates(offset, timeout=1):
            offset = update.update_id + 1
            if update.inline_query:
                found = [result] if update.inline_query.query == "nasa" else []
                await update.inline_query.answer(found, cache_time=0)
            if update.guest_message:
                await update.guest_message.answer_guest_query(result)
