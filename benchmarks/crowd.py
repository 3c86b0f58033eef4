"""People who ask a bot through the local Telegram, for the benchmarks that need all of it."""

import asyncio
import time
from typing import Final

from playground.telegram.server.local import LocalTelegram
from playground.telegram.server.world import Chat, Event, Person

COMMANDS: Final = 500
ROUNDS: Final = 4


class Crowd:
    """People, each in a private chat, who ask at once and wait for every answer."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram
        self._people: list[tuple[Person, Chat]] = []

    async def ask(self, first: int, count: int) -> float:
        """Let `count` people ask; return the seconds until all have an answer."""
        while len(self._people) < first + count:
            person = self._telegram.person(f"P{len(self._people)}")
            self._people.append((person, self._telegram.private_chat(person)))
        waiting = count
        done = asyncio.Event()

        def watch(event: Event) -> None:
            nonlocal waiting
            if event["event"] == "message" and event["message"]["from"]["is_bot"]:
                waiting -= 1
                if not waiting:
                    done.set()

        unwatch = self._telegram.watch(watch)
        start = time.perf_counter()
        for person, chat in self._people[first : first + count]:
            self._telegram.say(person, chat, "/klout @nasa_fan")
        async with asyncio.timeout(600):
            await done.wait()
        unwatch()
        return time.perf_counter() - start
