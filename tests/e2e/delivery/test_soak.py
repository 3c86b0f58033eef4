"""An hour of everything at once, with faults on both sides; `make soak` is a whole day."""

from multiprocessing import forkserver
from pathlib import Path

from benchmarks.soak import FLAT, soak


def test_an_hour_with_faults_breaks_no_promise(tmp_path: Path) -> None:
    forkserver.ensure_running()  # other tests draw in it; it lives as long as this process
    broken = soak(minutes=60, people=30, database_url=f"sqlite:///{tmp_path / 'klout.db'}")
    assert set(broken) <= {FLAT}
