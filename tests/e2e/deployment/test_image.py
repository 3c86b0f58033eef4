"""The Docker image starts: from exactly the files that the Dockerfile copies."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Launch, Town, stopped
from tests.support.image import build


@pytest.fixture
def image(tmp_path: Path) -> Path:
    folder = tmp_path / "image"
    folder.mkdir()
    build(folder)
    return folder


def test_the_image_holds_no_secrets_databases_or_tests(image: Path) -> None:
    names = {path.name for path in image.rglob("*")}
    assert not names & {".env", "__pycache__", "tests", ".git", "klout.db", ".venv"}
    assert {"bot.py", "pyproject.toml", "operations", "playground"} <= names


async def test_it_answers_and_ends_with_zero(
    town: Town, launch: Launch, image: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    bot = await launch(data, town.environment, "run", program=image / "bot.py")
    await bot.until("answering as @klout_bot")
    answer = await town.ask("/klout @nasa")
    assert answer["text"].startswith("@nasa · ")
    assert await stopped(bot) == 0


async def test_the_images_demo_starts_and_ends_with_zero(
    launch: Launch, image: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    bot = await launch(data, {"DEMO_PORT": "0"}, "demo", program=image / "bot.py")
    await bot.until("The demo is at http://127.0.0.1:")
    assert await stopped(bot) == 0, bot.output


@pytest.mark.parametrize(
    "arguments", [("plan", "--handles", "10"), ("migrate",), ("backup", "copy.db"), ("--help",)]
)
async def test_the_images_other_modes_find_their_files(
    launch: Launch, image: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path / 'image.db'}"}
    if arguments[0] == "backup":
        bot = await launch(tmp_path, environment, "migrate", program=image / "bot.py")
        assert await bot.end() == 0, bot.output
    bot = await launch(tmp_path, environment, *arguments, program=image / "bot.py")
    assert await bot.end() == 0, bot.output
