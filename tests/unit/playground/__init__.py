"""Unit tests of `playground`."""
