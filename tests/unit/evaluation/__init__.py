"""Unit tests of how well scores agree with people: fits, previews, gaming, duels' evidence."""
