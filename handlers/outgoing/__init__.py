"""What goes out: replies, pictures, refusals, and whether they arrived."""
