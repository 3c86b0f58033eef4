"""Unit tests of `scoring`."""
