"""The playground: a local Telegram and a local X with made-up data, and the demo."""
