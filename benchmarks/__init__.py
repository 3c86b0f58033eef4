"""The benchmarks of `make bench`, fault runs, and the fit and pictures of docs/method.md."""
