"""What `make bench` measures, and the fit behind the score."""
