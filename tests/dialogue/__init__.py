"""Conversations with the whole application, in one process."""
