"""Commands and buttons about scores."""
