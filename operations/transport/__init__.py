"""Transport: polling and webhook in, dispatcher, rate limiter on the way out."""
