"""Everything that runs the process: settings, assembly, transport, observability, maintenance."""
