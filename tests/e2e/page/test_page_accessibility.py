"""The page for eyes and ears of every kind: axe's rules, forced colours, no motion, 320 pixels."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.e2e.page.stage import Stage, open_browser, say, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 740}
MAGNIFIED = {"width": 320, "height": 256}  # 1280 by 1024, four times as large

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

INVALID_NODES = """() => [
  ...[...document.querySelectorAll("time")].filter(
    (it) => !/^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$/.test(it.dateTime)),
  ...[...document.querySelectorAll("img")].filter(
    (it) => !it.getAttribute("src") || !it.hasAttribute("alt")),
  ...[...document.querySelectorAll("img")].filter(
    (it) => !it.closest("dialog")
      && !["width", "height"].every((name) => it.getAttribute(name) > 0)),
  ...[...document.querySelectorAll("[id]")].filter(
    (it) => document.querySelectorAll(`[id="${it.id}"]`).length > 1),
  ...[...document.querySelectorAll("[aria-controls]")].filter(
    (it) => !document.getElementById(it.getAttribute("aria-controls"))),
].map((it) => it.outerHTML)"""

UNMARKED = """() => {
  const controls = [...document.querySelectorAll("button, a[href], textarea, [tabindex='0']")];
  return controls.filter((it) => it.checkVisibility({ visibilityProperty: true })).filter((it) => {
    it.focus();
    const line = it.closest(".composer-line");
    const marked = it.matches("textarea") ? line : it;
    const { outlineStyle, outlineWidth } = getComputedStyle(marked);
    return outlineStyle === "none" || parseFloat(outlineWidth) < 2;
  }).map((it) => it.outerHTML);
}"""

UNFRAMED = """() => [
    ".composer-line", ".inline-button", ".bubble", ".menu-button", ".send", ".person"]
  .filter((name) => {
    const { borderTopStyle, borderTopWidth } = getComputedStyle(document.querySelector(name));
    return borderTopStyle === "none" || parseFloat(borderTopWidth) < 1;
  })"""

UNCHOSEN = """() => [["[aria-pressed=true]", "[aria-pressed=false]"],
    [".chat[aria-current]", ".chat:not([aria-current])"]]
  .filter(([one, other]) => getComputedStyle(document.querySelector(one)).backgroundColor ===
    getComputedStyle(document.querySelector(other)).backgroundColor)"""

ENDLESS = """() => document.getAnimations()
  .filter((it) => it.effect.getTiming().iterations === Infinity).length"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    async with staged(browser) as stage:
        yield stage


_DRAWN = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""Resolves once what the last press changed is on the screen: transitions begin there."""


async def check(page: Page) -> None:
    """No rule of axe is broken, and no `<time>`, `<img>` or reference is invalid."""
    await page.evaluate(_DRAWN)
    await page.evaluate("Promise.all(document.getAnimations().map((it) => it.finished))")
    found = await Axe().run(page, options=RULES)
    broken = [
        (rule["id"], node["html"], node["failureSummary"])
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]
    assert broken == []
    assert await page.evaluate(INVALID_NODES) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_no_rule_is_broken_in_any_state_of_the_page(
    stage: Stage, scheme: str, language: str
) -> None:
    page = await stage.opened(
        locale=language, color_scheme=scheme, viewport=DESKTOP, reduced_motion="reduce"
    )
    await check(page)  # nothing said yet
    await say(page, "/klout @lea_blogs")
    answer = page.get_by_test_id("message").last
    await answer.get_by_text("Why?").click()
    await answer.get_by_text("Show less").wait_for()
    await answer.get_by_role("button", name="Re" if language == "en" else "Répondre").last.click()
    await check(page)
    await page.get_by_test_id("menu-button").click()
    await page.keyboard.press("ArrowDown")
    await check(page)
    await page.keyboard.press("Escape")
    await page.get_by_test_id("chat").filter(has_text="Friends").click()
    await page.get_by_test_id("actions-button").click()
    await check(page)
    await page.keyboard.press("Escape")
    stage.telegram.say(stage.ada, stage.private, "unread")
    await expect(page.get_by_test_id("chat").first).to_contain_text("1")
    await stage.fall()
    await say(page, "kept")
    await expect(page.get_by_test_id("trouble").get_by_role("button")).to_be_visible()
    await check(page)
    await stage.rise()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_rule_is_broken_on_a_phone(stage: Stage, scheme: str) -> None:
    page, answer = await stage.answered(
        color_scheme=scheme, viewport=PHONE, reduced_motion="reduce", has_touch=True
    )
    await check(page)
    await page.get_by_role("button", name="People and chats").click()
    await check(page)
    await page.keyboard.press("Escape")
    await answer.get_by_role("button", name="Share").click()
    await check(page)
    await page.get_by_test_id("chooser").get_by_text("Cancel").click()
    await answer.get_by_role("button", name="Alert").click()
    await page.get_by_test_id("alert").wait_for()
    await check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_forced_colours_leave_borders_and_marks(
    stage: Stage, scheme: str, size: dict[str, int]
) -> None:
    how: dict[str, Any] = {"forced_colors": "active", "color_scheme": scheme, "viewport": size}
    page, _ = await stage.answered(**how)
    await page.keyboard.press("Tab")  # from now on the keyboard is used
    assert await page.evaluate(UNFRAMED) == []
    assert await page.evaluate(UNMARKED) == []
    assert await page.evaluate(UNCHOSEN) == []


async def test_every_control_shows_the_keyboard_in_usual_colours_too(stage: Stage) -> None:
    page, _ = await stage.answered()
    await page.keyboard.press("Tab")
    assert await page.evaluate(UNMARKED) == []


async def test_reduced_motion_stops_every_animation(stage: Stage) -> None:
    page = await stage.opened(reduced_motion="reduce")
    stage.telegram.say(stage.ada, stage.private, "hello")
    await page.get_by_test_id("message").wait_for()
    action = {"chat_id": stage.ada.id, "action": "typing"}
    assert (await stage.telegram.call("sendChatAction", action)).body["ok"]
    await page.get_by_test_id("activity").wait_for()
    assert await page.evaluate(ENDLESS) == 0


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_four_times_magnified_everything_is_there(stage: Stage, language: str) -> None:
    page, answer = await stage.answered(viewport=MAGNIFIED, locale=language)
    for _ in range(2):
        wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0
        box = await page.get_by_role("log").bounding_box()
        assert box
        assert box["height"] >= 150
        await answer.get_by_role("button", name="Share").scroll_into_view_if_needed()
        await answer.get_by_role("button", name="Share").click()
        await page.keyboard.press("Escape")
        await page.get_by_test_id("menu-button").click()
        await expect(page.get_by_test_id("menu").get_by_role("option").first).to_be_in_viewport()
        await page.keyboard.press("Escape")
        stage.telegram.say(stage.ada, stage.private, "x" * 600)
