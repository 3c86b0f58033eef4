"""Requests to servers that a stranger names."""
