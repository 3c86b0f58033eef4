"""Stored duels: pairs of accounts that people judge, their votes, the accounts to choose from."""
