"""Queued work: updates, messages, digests, broadcasts, and the leader election of the sender."""
