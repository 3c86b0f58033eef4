"""What is written is never lost: by a page that loads, another conversation, a server away."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.e2e.page.stage import Stage, open_browser, say, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")

AWAY = {
    "en": "The server cannot be reached just now. What you write is kept.",
    "fr": "Le serveur est injoignable pour l’instant. Ce que vous écrivez est gardé.",
}

HEARS = """
window.heard = 0;
window.EventSource = class extends EventSource {
  constructor(address) {
    super(address);
    this.addEventListener("message", () => (window.heard += 1));
  }
};
"""
"""Counts what the page has heard of the server."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    async with staged(browser) as stage:
        yield stage


class Gate:
    """Holds the answers to one question of the page back until it is opened."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.opened = asyncio.Event()

    @classmethod
    async def before(cls, page: Page, path: str) -> "Gate":
        """A gate that the page is before when it asks for `path`."""
        gate = cls()
        await page.route(f"**/page-api/{path}?*", gate._hold)
        return gate

    async def _hold(self, route: Route) -> None:
        answer = await route.fetch()
        self.asked.set()
        await self.opened.wait()
        await route.fulfill(response=answer)


@pytest.mark.parametrize("path", ["state", "history"])
async def test_what_is_written_while_the_page_loads_stays(stage: Stage, path: str) -> None:
    page = await stage.enter()
    gate = await Gate.before(page, path)
    await page.goto(stage.address)
    await gate.asked.wait()
    await page.get_by_test_id("composer").press_sequentially("already")
    gate.opened.set()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Klout")
    await page.get_by_test_id("composer").press_sequentially(" written")
    await expect(page.get_by_test_id("composer")).to_have_value("already written")


@pytest.mark.parametrize("path", ["state", "history"])
async def test_what_is_sent_while_the_page_loads_arrives(stage: Stage, path: str) -> None:
    page = await stage.enter()
    gate = await Gate.before(page, path)
    await page.goto(stage.address)
    await gate.asked.wait()
    await say(page, "one")
    await say(page, "two")
    gate.opened.set()
    await expect(page.get_by_test_id("message")).to_have_text(
        [re.compile("one"), re.compile("two")]
    )
    await expect(page.get_by_test_id("composer")).to_have_value("")


async def test_a_press_of_send_before_the_script_runs_loses_nothing(stage: Stage) -> None:
    page = await stage.enter(java_script_enabled=False)
    await page.goto(stage.address)
    await page.get_by_test_id("composer").fill("early")
    await page.get_by_test_id("send").click()
    assert page.url == stage.address
    await expect(page.get_by_test_id("composer")).to_have_value("early")


async def test_what_is_sent_while_one_becomes_another_is_the_others(stage: Stage) -> None:
    page = await stage.opened()
    gate = await Gate.before(page, "state")
    await page.get_by_test_id("person").filter(has_text="Bob").click()
    await gate.asked.wait()
    await say(page, "I am Bob")
    gate.opened.set()
    await expect(page.get_by_test_id("message")).to_contain_text("I am Bob")
    chat = stage.telegram.private_chat(stage.bob)
    assert [message["text"] for message in stage.telegram.history(chat)] == ["I am Bob"]
    assert stage.telegram.history(stage.private) == []


async def test_a_message_that_comes_while_a_conversation_opens_is_shown(stage: Stage) -> None:
    page = await stage.opened(script=HEARS)
    gate = await Gate.before(page, "history")
    await page.get_by_test_id("chat").filter(has_text="Friends").click()
    await gate.asked.wait()
    stage.telegram.say(stage.bob, stage.friends, "just now")
    await page.wait_for_function("window.heard > 0")
    gate.opened.set()
    await expect(page.get_by_test_id("message")).to_contain_text("just now")


async def test_each_conversation_keeps_what_was_begun_in_it(stage: Stage) -> None:
    page, answer = await stage.answered()
    field = page.get_by_test_id("composer")
    await answer.get_by_role("button", name="Reply").click()
    await field.fill("to the bot")
    await page.get_by_test_id("chat").filter(has_text="Friends").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Friends")
    await expect(field).to_have_value("")
    await field.fill("to friends")
    await page.get_by_role("button", name="Français").click()  # whatever else is done
    stage.telegram.world.publish("changed", stage.friends)
    await page.get_by_test_id("person").filter(has_text="Bob").click()
    await expect(field).to_have_value("")
    await page.get_by_test_id("person").filter(has_text="Ada").click()
    await expect(field).to_have_value("to friends")
    await page.get_by_test_id("chat").filter(has_text="Klout").click()
    await expect(field).to_have_value("to the bot")
    await expect(page.locator("#reply-bar")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_server_away_is_told_of_kindly_and_nothing_is_lost(
    stage: Stage, language: str
) -> None:
    page = await stage.opened(locale=language)
    field, trouble = page.get_by_test_id("composer"), page.get_by_test_id("trouble")
    await stage.fall()
    await say(page, "/klout @lea_blogs")
    await expect(trouble).to_contain_text(AWAY[language])
    await expect(field).to_have_value("/klout @lea_blogs")
    await page.get_by_test_id("chat").filter(has_text="Friends").click()
    await page.get_by_test_id("person").filter(has_text="Bob").click()
    await expect(field).to_have_value("/klout @lea_blogs")
    await expect(page.locator("body")).not_to_contain_text("Failed to fetch")
    await expect(page.get_by_test_id("toast")).to_have_count(0)
    await stage.rise()
    await trouble.get_by_role("button").click()
    await expect(page.get_by_test_id("message")).to_have_count(2)
    await expect(trouble.get_by_role("button")).to_be_hidden()
    await expect(trouble).not_to_contain_text(AWAY[language])
    await expect(field).to_have_value("")


async def test_what_waits_goes_out_by_itself_once_unless_it_was_changed(stage: Stage) -> None:
    page = await stage.opened()
    await stage.fall()
    await say(page, "unchanged")
    await expect(page.get_by_test_id("composer")).to_have_value("unchanged")
    await stage.rise()
    await expect(page.get_by_test_id("message")).to_contain_text("unchanged")
    await stage.fall()
    await say(page, "changed")
    await expect(page.get_by_test_id("composer")).to_have_value("changed")
    await page.get_by_test_id("composer").press_sequentially(" my mind")
    await stage.rise()
    await expect(page.get_by_test_id("trouble").get_by_role("button")).to_be_hidden()
    await expect(page.get_by_test_id("composer")).to_have_value("changed my mind")
    assert [message["text"] for message in stage.telegram.history(stage.private)] == ["unchanged"]


async def test_presses_and_weeks_say_it_too(stage: Stage) -> None:
    page, answer = await stage.answered(locale="fr")
    trouble = page.get_by_test_id("trouble")
    for button in (answer.get_by_role("button", name="Why?"), page.get_by_test_id("week-later")):
        await stage.fall()
        await button.click()
        await expect(trouble).to_contain_text(AWAY["fr"])
        await stage.rise()
        await trouble.get_by_role("button").click()
        await expect(trouble.get_by_role("button")).to_be_hidden()
    await button.click()  # works again


async def test_a_refusal_is_a_sentence_of_the_page(stage: Stage) -> None:
    page = await stage.opened(locale="fr")
    await page.get_by_test_id("chat").filter(has_text="Friends").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Friends")
    stage.telegram.leave(stage.ada, stage.friends)
    await say(page, "am I here?")
    await expect(page.get_by_test_id("toast")).to_have_text(
        "Ce n’est pas possible ici, ou pas maintenant."
    )
    await expect(page.get_by_test_id("composer")).to_have_value("am I here?")
