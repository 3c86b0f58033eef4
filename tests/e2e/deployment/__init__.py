"""The image and the proxies' files of `deploy/`."""
