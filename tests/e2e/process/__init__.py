"""The process: start, settings, updates by polling and webhook, its port, its end."""
