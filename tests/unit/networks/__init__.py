"""Bluesky and the fediverse."""
