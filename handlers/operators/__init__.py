"""Commands for the operators of the bot."""
