"""Unit tests of `views`."""
