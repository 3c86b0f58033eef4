"""The real process against local servers, and the page in a real browser."""
