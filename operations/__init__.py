"""What keeps the process running: settings, logs, assembling, starting and stopping."""
