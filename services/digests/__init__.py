"""What a place is told of accounts: digests, reviews, and changes since it was last told."""
