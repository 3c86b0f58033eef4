"""What a chat follows, and what it is told without asking."""
