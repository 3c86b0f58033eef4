"""The demo in a real browser, as a newcomer drives it."""

import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.e2e.conftest import chromium, launch

DESKTOP = (1280, 800)
PHONE = (375, 740)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
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
async def test_ask_press_and_see(demo: str, browser: Browser, size: tuple[int, int]) -> None:
    page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    await page.goto(demo)
    await expect(page.get_by_test_id("banner")).to_contain_text("Made-up accounts")

    await _say(page, "/klout @lea_blogs")
    answer = page.get_by_test_id("message").last
    await expect(answer).to_contain_text(re.compile(r"@lea_blogs · \d+/100 ± \d+"))
    await answer.get_by_test_id("inline-button").get_by_text("Why?").click()
    await expect(answer).to_contain_text("The three parts add up")
    await page.get_by_test_id("message").last.get_by_text("Hide").click()
    await expect(answer).not_to_contain_text("The three parts add up")

    await _say(page, "/klout @tricky_name")
    await expect(page.get_by_test_id("message").last).to_contain_text('<b>& "مرحبا" </b> Ada')
    await _say(page, "/klout @old_harbour")
    renamed = page.get_by_test_id("message").last
    await expect(renamed).to_contain_text("@old_harbour goes by @new_harbour now.")

    wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0
    assert complaints == []
