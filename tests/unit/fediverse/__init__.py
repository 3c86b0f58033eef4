"""The fediverse: accounts that are asked for at their own servers."""
