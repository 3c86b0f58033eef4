"""The chat page in a real browser, before a bot of a few lines and a server that may go away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp.test_utils import TestServer, unused_port
from playwright.async_api import Browser, Locator, Page, async_playwright, expect
from telegram import (
    Bot,
    BotCommand,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
)

from playground.clock import Clock
from playground.telegram.people.page_data import PageData, Suggestion
from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.web import create_app
from tests.e2e.conftest import chromium

expect.set_options(timeout=30_000)

COMMANDS: Final = ("klout", "why", "compare", "method")

SHORT: Final = "<b>51</b>/100 <tg-spoiler>a secret</tg-spoiler> <code>x</code> @lea_blogs"
LONG: Final = SHORT + "\n<blockquote expandable>" + "a reason\n" * 6 + "the last</blockquote>"


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A browser of the machine; without one the test is skipped."""
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield browser
        await browser.close()


class Stage:
    """A local Telegram with Ada, Bob and Chloé, and its chat page at an address that stays."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.clock = Clock()
        self.telegram = LocalTelegram("42:DEMO", "klout_demo_bot", self.clock)
        self.ada = self.telegram.person("Ada", "en")
        self.bob = self.telegram.person("Bob", "en")
        self.private = self.telegram.private_chat(self.ada)
        self.friends = self.telegram.group("Friends", [self.ada, self.bob])
        self.port = unused_port()
        self.faults: list[str] = []
        self._server: TestServer | None = None

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/"

    async def rise(self) -> None:
        """The server is there, or is back."""
        handles = [Suggestion("lea_blogs", {"en": "A blogger", "fr": "Une blogueuse"})]
        people = [self.ada, self.bob]
        page = PageData(people, [self.friends], handles, week_later=self._week_later)
        self._server = TestServer(create_app(self.telegram, page), port=self.port)
        await self._server.start_server()

    async def fall(self) -> None:
        """The server goes away; nothing of what it knew is lost."""
        assert self._server
        await self._server.close()

    async def _week_later(self) -> None:
        self.clock.move_to(self.clock().replace(year=self.clock().year + 1))

    async def enter(self, **how: Any) -> Page:
        """An empty tab of a person; `how` they look at it is Playwright's."""
        how.setdefault("viewport", {"width": 1280, "height": 800})
        how.setdefault("locale", "en")
        page = await (await self.browser.new_context(**how)).new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    async def opened(self, script: str = "", **how: Any) -> Page:
        """The page, ready; a script may run before its own."""
        page = await self.enter(**how)
        await page.add_init_script(script)
        await page.goto(self.address)
        await expect(page.get_by_test_id("banner")).not_to_be_empty(timeout=15_000)
        return page

    async def answered(self, **how: Any) -> tuple[Page, Locator]:
        """A page with an answer of the bot: that."""
        page = await self.opened(**how)
        await say(page, "/klout @lea_blogs")
        answer = page.get_by_test_id("message").nth(1)
        await answer.get_by_test_id("inline-button").first.wait_for()
        return page, answer

    async def serve(self) -> None:
        """Be a bot: answer commands, unfold and fold by a button."""
        transport = self.telegram.request()
        bot = Bot(self.telegram.token, request=transport, get_updates_request=transport)
        await bot.set_my_commands([BotCommand(name, f"about {name}") for name in COMMANDS])
        offset = 0
        while True:
            for update in await bot.get_updates(offset, timeout=1):
                offset = update.update_id + 1
                await _answer(update)


async def _answer(update: Update) -> None:
    query = update.callback_query
    if query is not None:
        await _unfold(query)
    elif update.message is not None and (update.message.text or "").startswith("/"):
        await update.message.reply_text(
            SHORT, parse_mode="HTML", reply_markup=_keyboard("Why?", "why")
        )


async def _unfold(query: CallbackQuery) -> None:
    message = query.message
    assert isinstance(message, Message)
    if query.data == "gone":
        await message.delete()
    elif query.data == "alert":
        await query.answer("An alert", show_alert=True)
        await message.edit_text("Changed", reply_markup=_keyboard("Why?", "why"))
        return
    else:
        text, button = (
            (LONG, ("Show less", "hide")) if query.data == "why" else (SHORT, ("Why?", "why"))
        )
        await message.edit_text(text, parse_mode="HTML", reply_markup=_keyboard(*button))
    await query.answer()


def _keyboard(label: str, data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(label, callback_data=data),
                InlineKeyboardButton("Alert", callback_data="alert"),
                InlineKeyboardButton("Remove", callback_data="gone"),
            ],
            [InlineKeyboardButton("Share", switch_inline_query="lea")],
        ]
    )


async def say(page: Page, text: str) -> None:
    """Write and send."""
    await page.get_by_test_id("composer").fill(text)
    await page.get_by_test_id("send").click()


async def focused(page: Page) -> str:
    """What the keyboard is on: its words, its name or its id."""
    script = """() => {
        const it = document.activeElement;
        return it === document.body ? "" : it.id || it.textContent.trim() || it.ariaLabel;
    }"""
    return str(await page.evaluate(script))


@asynccontextmanager
async def staged(browser: Browser) -> AsyncIterator[Stage]:
    """A stage with its server and its bot; no script of the page may have failed on it."""
    stage = Stage(browser)
    await stage.rise()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(stage.serve())
        yield stage
        serving.cancel()
    for context in browser.contexts:
        await context.close()
    await stage.fall()
    assert stage.faults == []
    assert stage.telegram.violations == []
