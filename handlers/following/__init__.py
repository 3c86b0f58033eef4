"""Commands and buttons about what a chat follows and when it hears of it."""
