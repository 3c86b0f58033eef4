"""Scores, reasons, goals and comparisons in words."""
