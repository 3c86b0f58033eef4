"""Requests to servers that a stranger names: which may be asked, how, and how often."""
