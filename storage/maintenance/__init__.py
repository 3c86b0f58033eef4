"""Maintenance of a whole database: backups, copies, counts, and deleting expired rows."""
