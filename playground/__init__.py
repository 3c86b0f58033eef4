"""Everything the bot talks to, made up and on this machine: a local Telegram and a local X."""
