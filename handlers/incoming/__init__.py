"""What comes in: commands and presses, parsed into requests, with their permissions."""
