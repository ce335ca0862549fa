"""Promise: whatever else is sent, a good request gets the answer that it gets alone, and the server stays the same
process with the memory that it had. Few requests of every kind here; `npm run soak` sends many."""

import subprocess
from pathlib import Path

from servers import command
from triton import Triton

# About 20 of each kind.
REQUESTS, SECONDS_PER_KIND = 3000, 0.1


def test_odd_requests_harm_no_good_one(either_server: Triton, tmp_path: Path) -> None:
    extent = [f"--requests={REQUESTS}", f"--seconds={SECONDS_PER_KIND}"]
    # A process of its own: it shares neither event loop nor gRPC with the tests that went before.
    soak = subprocess.run(
        [*command(either_server, tmp_path / "figures.json"), *extent],
        stdout=None,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert soak.returncode == 0, soak.stdout
