"""Duels: which pair a place gets, its votes, what a group and a person said, and agreement."""
