"""Observability of the process: logs, metrics, health checks, systemd."""
