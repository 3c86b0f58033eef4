"""The baseline: python-telegram-bot with one handler that replies with a constant."""

import os

from telegram import Update
from telegram.ext import Application, CommandHandler, ContextTypes


async def constant(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Reply without looking at anything."""
    if update.message:
        await update.message.reply_text("<b>@nasa_fan</b> · 66/100", parse_mode="HTML")


def main() -> None:
    """Poll until SIGTERM."""
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
    application.run_polling()


if __name__ == "__main__":
    main()
