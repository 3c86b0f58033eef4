"""Accounts of Bluesky and the fediverse."""
