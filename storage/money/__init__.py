"""What reading X costs and when it is refused: ledger, usage, quotas, circuit breaker."""
