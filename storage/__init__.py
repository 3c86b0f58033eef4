"""Everything that is stored, in modules by kind of row; no module calls Telegram or X."""
