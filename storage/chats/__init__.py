"""Chats: their choices, their places and their lifecycle."""
