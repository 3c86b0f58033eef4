"""Use cases that handlers and background work share."""
