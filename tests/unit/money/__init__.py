"""Unit tests of the ledger, quotas and circuit breakers."""
