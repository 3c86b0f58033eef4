"""Messages for operators: pages, broadcasts and notices."""
