"""Groups: boards, owners, hidden accounts, membership."""
