"""Bluesky and the fediverse: how accounts there are named, and what they agree to."""
