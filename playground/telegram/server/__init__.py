"""The Bot API as a server: requests, answers, updates, and the world behind them."""
