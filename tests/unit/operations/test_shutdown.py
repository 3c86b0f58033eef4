"""A shutdown that hangs is ended by force, with the exit code of one that does not."""

import subprocess
import sys

HANGS = """
import asyncio, os, signal
from operations.termination import stop_event

async def main():
    stop = stop_event(last_resort=0.1)
    os.kill(os.getpid(), signal.SIGTERM)
    await stop.wait()
    print("stopping", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_a_shutdown_that_hangs_is_ended_by_force() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HANGS], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "stopping\n", "")
