"""A local X: the few pages of its API v2 that the bot reads, with its habits, prices and faults."""
