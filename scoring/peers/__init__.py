"""An account among others: what is usual, what is remarkable, and the places of a board."""
