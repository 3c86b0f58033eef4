"""Builders, doubles and servers that tests share."""
