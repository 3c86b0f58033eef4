"""Messages about boards and the ownership of accounts."""
