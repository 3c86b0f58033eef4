"""Accounts: their readings and owners, and which people and chats follow, join or watch them."""
