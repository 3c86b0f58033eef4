"""Scores, as people ask for them."""
