"""Weekly slots: parsing what people type, time zones, and when a digest is due."""
