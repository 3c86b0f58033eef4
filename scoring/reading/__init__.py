"""Paid reads of accounts from a network: within the budget, once a day, shared by all chats."""
