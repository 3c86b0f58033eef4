"""Maintenance by an operator beside the bot: restore, receipts, a cost plan, an audit."""
