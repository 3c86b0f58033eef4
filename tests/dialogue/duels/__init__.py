"""Duels, played by people."""
