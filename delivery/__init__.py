"""When digests and alerts are due, and how each reaches its chat once."""
