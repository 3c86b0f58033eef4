"""Commands and buttons about a chat itself: help, choices, privacy, membership."""
