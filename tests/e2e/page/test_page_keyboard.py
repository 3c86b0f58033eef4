"""The page without a mouse: where the keyboard is, and what its keys do."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.e2e.page.stage import COMMANDS, Stage, focused, open_browser, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = {"width": 375, "height": 740}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    async with staged(browser) as stage:
        yield stage


async def test_a_press_that_redraws_the_message_keeps_the_keyboard(stage: Stage) -> None:
    page, answer = await stage.answered()
    await answer.get_by_role("button", name="Why?").focus()
    await page.keyboard.press("Enter")
    await expect(answer.get_by_role("button", name="Show less")).to_be_focused()
    await page.keyboard.press("Space")
    await expect(answer.get_by_role("button", name="Why?")).to_be_focused()


async def test_a_message_that_goes_leaves_the_keyboard_with_the_others(stage: Stage) -> None:
    page, answer = await stage.answered()
    await answer.get_by_role("button", name="Remove").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message")).to_have_count(1)
    await expect(page.get_by_role("log")).to_be_focused()


async def test_an_alert_gives_the_keyboard_back_to_a_message_that_has_changed(stage: Stage) -> None:
    page, answer = await stage.answered()
    await answer.get_by_role("button", name="Alert").focus()
    await page.keyboard.press("Enter")
    await expect(answer).to_contain_text("Changed")
    await page.get_by_test_id("alert").wait_for()
    await page.keyboard.press("Escape")
    await expect(answer.get_by_role("button", name="Alert")).to_be_focused()


async def test_a_picture_and_a_choice_of_chats_give_the_keyboard_back(stage: Stage) -> None:
    page, answer = await stage.answered()
    share = answer.get_by_role("button", name="Share")
    await share.focus()
    await page.keyboard.press("Enter")
    chooser = page.get_by_role("dialog", name="Choose a chat")
    await expect(chooser.get_by_role("button", name="Klout")).to_be_focused()
    for key, name in (("ArrowDown", "Friends"), ("Home", "Klout"), ("End", "Friends")):
        await page.keyboard.press(key)
        await expect(chooser.get_by_role("button", name=name)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(share).to_be_focused()


async def test_words_that_were_hidden_keep_the_keyboard(stage: Stage) -> None:
    page, answer = await stage.answered()
    await answer.get_by_role("button", name="Hidden text").focus()
    await page.keyboard.press("Space")
    assert await focused(page) == "a secret"


async def test_what_others_do_leaves_the_keyboard_where_it_is(stage: Stage) -> None:
    page, answer = await stage.answered()
    names = ["Why?", "Reply"]
    for name in names:
        await answer.get_by_role("button", name=name, exact=True).focus()
        stage.telegram.say(stage.bob, stage.friends, f"hello {name}")
        await expect(page.get_by_test_id("chat").last).to_contain_text(f"hello {name}")
        await expect(answer.get_by_role("button", name=name, exact=True)).to_be_focused()
    for control in (
        page.get_by_test_id("suggestion").last,
        page.get_by_test_id("person").first,
        page.get_by_test_id("chat").last,
    ):
        await control.focus()
        stage.telegram.say(stage.bob, stage.friends, "once more")
        await expect(page.get_by_test_id("chat").last).to_contain_text("once more")
        await expect(control).to_be_focused()
        stage.telegram.say(stage.bob, stage.friends, "and others")
        await expect(page.get_by_test_id("chat").last).to_contain_text("and others")
        await expect(control).to_be_focused()
    await answer.get_by_role("button", name="Why?").focus()
    stage.telegram.remove_bot(stage.friends, stage.ada)
    stage.telegram.world.publish("changed", stage.friends)
    await expect(answer.get_by_role("button", name="Why?")).to_be_focused()


async def test_controls_that_go_hand_the_keyboard_on(stage: Stage) -> None:
    page = await stage.opened()
    await page.get_by_role("button", name="Start", exact=True).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message")).to_have_count(2)
    assert await focused(page) != ""
    await page.get_by_test_id("message").last.get_by_role("button", name="Reply").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Do not reply").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("composer")).to_be_focused()
    for name in ("Français", "English"):
        await page.get_by_role("button", name=name).focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name=name)).to_be_focused()
    await page.get_by_test_id("week-later").focus()
    now = await page.get_by_test_id("now").inner_text()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("now")).not_to_have_text(now)
    await expect(page.get_by_test_id("week-later")).to_be_focused()


async def test_the_way_to_the_newest_message_leads_into_the_messages(stage: Stage) -> None:
    for number in range(40):
        stage.telegram.say(stage.ada, stage.private, f"line {number}")
    page = await stage.opened()
    log = page.get_by_role("log")
    await log.focus()
    await page.keyboard.press("Home")
    await page.get_by_role("button", name="To the newest message").focus()
    await page.keyboard.press("Enter")
    await expect(log).to_be_focused()


async def test_a_drawer_opens_and_closes_with_the_keyboard_in_it(stage: Stage) -> None:
    page = await stage.opened(viewport=PHONE)
    opener = page.get_by_role("button", name="People and chats")
    for way in ("Escape", "Enter"):  # Enter presses the button that closes
        await opener.focus()
        await page.keyboard.press("Enter")
        await expect(opener).to_have_attribute("aria-expanded", "true")
        await expect(page.locator("#close-sidebar")).to_be_focused()
        for _ in range(12):  # never behind the drawer
            await page.keyboard.press("Tab")
            assert not await page.evaluate("document.activeElement.closest('main')")
        await page.locator("#close-sidebar").focus()
        await page.keyboard.press(way)
        await expect(opener).to_be_focused()
        await expect(opener).to_have_attribute("aria-expanded", "false")


async def test_the_commands_are_a_listbox_while_one_types(stage: Stage) -> None:
    page = await stage.opened()
    field = page.get_by_test_id("composer")
    await field.press_sequentially("/")
    options = page.get_by_test_id("menu").get_by_role("option")
    await expect(options).to_have_count(len(COMMANDS))

    async def meant(name: str | None) -> None:
        chosen = page.locator("[role=option][aria-selected=true]")
        if name is None:
            await expect(chosen).to_have_count(0)
            return
        await expect(chosen).to_contain_text(f"/{name}")
        identity = await chosen.get_attribute("id")
        await expect(field).to_have_attribute("aria-activedescendant", str(identity))

    await meant(None)
    keys = {"ArrowDown": 0, "End": -1, "ArrowUp": -2, "Home": 0}
    for key, place in keys.items():
        await page.keyboard.press(key)
        await meant(COMMANDS[place])
    await page.keyboard.press("ArrowUp")  # around the end
    await meant(COMMANDS[-1])
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("menu")).to_be_hidden()
    await expect(field).to_have_value("/")
    await field.press_sequentially("wh")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message").first).to_contain_text("/why")
    await expect(field).to_have_value("")


async def test_the_commands_are_a_listbox_behind_their_button(stage: Stage) -> None:
    page = await stage.opened()
    await page.get_by_test_id("composer").fill("not sent yet")
    opener = page.get_by_test_id("menu-button")
    await opener.focus()
    await page.keyboard.press("Enter")
    menu = page.get_by_role("listbox", name="Commands of the bot")
    await expect(menu).to_be_focused()
    chosen = page.locator("[role=option][aria-selected=true]")
    await expect(chosen).to_contain_text("/klout")
    for typed, name in (("m", "/method"), ("k", "/klout")):
        await page.keyboard.press(typed)
        await expect(chosen).to_contain_text(name)
        await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message").first).to_contain_text("/method")
    await expect(page.get_by_test_id("composer")).to_have_value("not sent yet")


async def test_what_one_may_do_is_a_menu(stage: Stage) -> None:
    page = await stage.opened()
    await page.get_by_test_id("chat").filter(has_text="Friends").click()
    opener = page.get_by_test_id("actions-button")
    await opener.focus()
    await page.keyboard.press("ArrowDown")
    items = page.get_by_role("menu").get_by_role("menuitem")
    await expect(items.first).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(items.last).to_be_focused()
    await page.keyboard.press("Home")
    await expect(items.first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    await expect(opener).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Enter")
    await page.keyboard.press("r")
    await expect(items.filter(has_text="Remove the bot")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("Ada removed Klout")
    assert await focused(page) != ""
