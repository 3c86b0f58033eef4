"""What the process that draws pictures runs: see `delivery.drawing`.

That process imports nothing but this room, so that it starts quickly and stays small.
"""

import multiprocessing
import os
import signal
from threading import Thread

from views.pictures import Picture, Theme, draw
from views.wording import wording_for


def begin() -> None:
    """Prepare the process: it ends with the bot, and not before it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the bot, which then closes this
    Thread(target=_end_with_the_bot, daemon=True).start()


def work(picture: Picture, language: str, theme: Theme, bot: str = "") -> bytes:
    """Draw a picture in a language's words, as `views.pictures.draw` does."""
    return draw(picture, wording_for(language), theme, bot)


def _end_with_the_bot() -> None:
    """End when the bot is gone: a killed bot cannot ask this process to stop."""
    if bot := multiprocessing.parent_process():
        bot.join()
        os._exit(0)
