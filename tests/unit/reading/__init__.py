"""Unit tests of `scoring.reading.account`."""
