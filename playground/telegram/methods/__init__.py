"""The methods of the Bot API: what each accepts, refuses and does."""
