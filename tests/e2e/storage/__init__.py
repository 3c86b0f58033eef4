"""Databases in trouble, poolers, and the commands that migrate, back up and restore."""
