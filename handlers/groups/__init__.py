"""Commands and buttons of a group: its board and the ownership of accounts."""
