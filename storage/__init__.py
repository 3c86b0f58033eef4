"""What is remembered. One small module for each thing; none knows Telegram or X."""
