"""Hostile words, buttons and names."""
