"""Duels as messages, and what people said in them."""
