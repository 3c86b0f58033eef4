"""Background work: builds digests, checks alerts, posts notices, sends the outbox at most once."""
