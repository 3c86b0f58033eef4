"""Unit tests of tables: migrations, indexes, opening and copying a database."""
