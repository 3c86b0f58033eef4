"""What `make bench` measures, and the fit and the pictures behind docs/method.md."""
