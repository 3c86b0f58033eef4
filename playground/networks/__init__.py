"""A local Bluesky and local servers of the fediverse, with made-up people of every kind."""
