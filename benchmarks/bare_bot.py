"""The baseline: python-telegram-bot with one handler that replies with a constant.

It polls, or takes a webhook where `WEBHOOK_PORT` is set: each update goes into PTB's queue and is
answered with 200, as PTB's own server does, which needs another library.
"""

import asyncio
import os
import signal
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes


async def constant(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Reply with a constant, whatever the update."""
    if update.message:
        await update.message.reply_text("<b>@nasa_fan</b> · 66/100", parse_mode="HTML")


def main() -> None:
    """Answer until SIGTERM."""
    application = (
        Application.builder()
        .token(os.environ["TELEGRAM_BOT_TOKEN"])
        .base_url(f"{os.environ['TELEGRAM_API_URL']}/bot")
        .concurrent_updates(1024)
        .connection_pool_size(64)
        .pool_timeout(10)
        .job_queue(None)
        .build()
    )
    application.add_handler(CommandHandler("klout", constant))
    if port := os.environ.get("WEBHOOK_PORT"):
        asyncio.run(serve(application, int(port)))
    else:
        application.run_polling()


async def serve(application: Application[Any, Any, Any, Any, Any, Any], port: int) -> None:
    """Take updates by webhook."""

    async def receive(request: web.Request) -> web.Response:
        update = Update.de_json(await request.json(), application.bot)
        await application.update_queue.put(update)
        return web.Response()

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    front = web.Application()
    front.router.add_post("/{path:.*}", receive)
    runner = web.AppRunner(front, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with application:
        await application.start()
        await application.bot.set_webhook(os.environ["WEBHOOK_URL"], max_connections=100)
        await stop.wait()
        await application.stop()
    await runner.cleanup()


if __name__ == "__main__":
    main()
