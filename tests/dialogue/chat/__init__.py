"""Getting on with the bot: commands, pages, settings, refusals."""
