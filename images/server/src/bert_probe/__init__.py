"""What golden_probe.py and the replay of the proof (triton_repository/replay.py) have in common. Standard library only,
and nothing newer than Python 3.8."""
