"""Digests and answers of real processes that die, freeze or run side by side."""
