"""The database itself: engines, dialects, transactions, tables."""
