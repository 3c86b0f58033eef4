"""The tables by topic; `storage.engine.schema` has them all."""
