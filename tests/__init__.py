"""The tests: unit (pure), dialogue (the application in process), e2e (the process itself)."""
