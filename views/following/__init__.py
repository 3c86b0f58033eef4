"""Messages about digests, alerts and what a chat follows."""
