"""Unit tests of `delivery`."""
