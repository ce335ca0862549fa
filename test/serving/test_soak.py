"""Promise: whatever else is sent, a good request gets the answer that it gets alone, and the server stays the same
process with the memory that it had. Few requests of every kind here; `npm run soak` sends many."""

import subprocess
from pathlib import Path

from servers import command
from triton import Triton

# About 10 of each kind.
REQUESTS, SECONDS_PER_KIND = 1500, 0.05


def test_odd_requests_harm_no_good_one(either_server: Triton, tmp_path: Path) -> None:
    soak = command(either_server, tmp_path / "figures.json")
    # A process of its own, which has neither event loop nor gRPC in common with the tests before. What it prints is
    # shown if it fails.
    extent = [f"--requests={REQUESTS}", f"--seconds={SECONDS_PER_KIND}"]
    assert subprocess.run([*soak, *extent], check=False).returncode == 0
