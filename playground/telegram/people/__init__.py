"""People: what they do in a chat, and the page on which a user plays them."""
