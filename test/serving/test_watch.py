"""Promise: whatever of a server dies, the kubelet hears so within 10 s, and the container ends by itself within 60 s
and says why; a server that is merely busy is left alone, and one that is told to end answers what it has.

Most deaths are tried with times that are a tenth of a pod's, two with a pod's own."""

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ask import infer_http, labels
from rendering import KINDS
from watched import Watched, watched

QUICK = {"period": 0.3, "patience": 0.6, "broken-seconds": 1.5, "late-seconds": 3.0, "stop-seconds": 0.5}
# A server that hangs would be ended after three seconds; a look is long enough for a machine that has other work too.
BUSY = {"period": 1.0, "patience": 1.2, "late-seconds": 3.0}
# What is promised, and what Kubernetes itself may take of it: two probes, and a restart.
READY_SECONDS, RESTART_SECONDS = 10 - 2, 60 - 10
VICTIMS = [
    ("fused", "tritonserver"),
    ("fused", "ensemble_model_0_0"),
    ("ensemble", "text_preprocessing_0_0"),
    ("ensemble", "model_onnx_0_1"),
    ("native", "model_onnx_0_1"),
    ("ensemble", "post_processing_0_0"),
    ("behind", "ensemble_model_0_0"),
    ("behind", "model_onnx_0_0"),
]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize(("kind", "victim"), VICTIMS)
def test_a_dead_process_is_noticed(tmp_path: Path, kind: str, victim: str, sent: signal.Signals) -> None:
    with watched(tmp_path, kind, QUICK, instances=2 if victim.endswith("_1") or kind == "ensemble" else 1) as server:
        server.becomes_ready()
        os.kill(server.processes()[victim], sent)
        is_noticed(server)
        if (victim, sent) != ("tritonserver", signal.SIGKILL):
            assert victim in why(server)


# The stand-in for the C++ backend, in `native`, has no pool.
FAULTS = [(kind, fault) for fault in ("raise", "hang", "panic", "mute") for kind in KINDS]
FAULTS.remove(("native", "mute"))


@pytest.mark.parametrize(("kind", "fault"), FAULTS)
def test_a_model_that_lives_and_never_answers_rightly_is_noticed(tmp_path: Path, kind: str, fault: str) -> None:
    with watched(tmp_path, kind, QUICK) as server:
        server.becomes_ready()
        server.fail(fault)
        is_noticed(server)
        assert ("nothing has moved" in why(server)) == (fault in ("hang", "mute"))


def test_the_bounds_hold_with_the_times_of_a_pod(tmp_path: Path) -> None:
    with watched(tmp_path / "killed", "fused") as killed, watched(tmp_path / "hanging", "fused") as hanging:
        for server in (killed, hanging):
            server.becomes_ready()
        with ThreadPoolExecutor(2) as both:
            noticed = [both.submit(is_noticed, server) for server in (killed, hanging)]
            os.kill(killed.processes()["ensemble_model_0_0"], signal.SIGKILL)
            hanging.fail("hang")
            for one in noticed:
                one.result()


@pytest.mark.alone
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_server_that_is_merely_busy_is_left_alone(tmp_path: Path, kind: str) -> None:
    """More than it can answer for twice the time in which a dead one would be ended, then one run as long as that."""
    with watched(tmp_path, kind, BUSY, maxBatchSize=16) as server, ThreadPoolExecutor(16) as clients:
        server.becomes_ready()
        server.fail("slow")
        until = time.monotonic() + 2 * BUSY["late-seconds"]

        def ask(_client: int) -> int:
            answers = 0
            while time.monotonic() < until:
                assert labels(infer_http(server, ["love " * 14] * 16)) == ["joy"] * 16
                answers += 1
            return answers

        asking = clients.map(ask, range(16))
        heard = set()
        while time.monotonic() < until:
            heard.add((server.asked("/ready")[0], server.asked("/live")[0]))
            time.sleep(0.1)
        assert sum(asking) > 0
        assert heard == {(200, 200)}
        server.fail("long")
        until = time.monotonic() + 2 * BUSY["late-seconds"]
        answer = clients.submit(infer_http, server, ["love"])
        while time.monotonic() < until:
            assert server.asked("/ready")[0] == 200, server.log
            time.sleep(0.1)
        server.fail("")
        assert labels(answer.result()) == ["joy"]
        assert server.events()[1:] == []


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_server_that_is_told_to_end_answers_what_it_has(tmp_path: Path, kind: str) -> None:
    with watched(tmp_path, kind, maxBatchSize=16) as server, ThreadPoolExecutor(32) as clients:
        server.becomes_ready()
        server.fail("slow")
        asked = [clients.submit(infer_http, server, ["help", "great"]) for _ in range(32)]
        time.sleep(0.5)
        server.ask_to_end()
        assert [labels(one.result()) for one in asked] == [["distress", "joy"]] * 32
        assert server.ends(RESTART_SECONDS) == 0
        assert [event["event"] for event in server.events()] == ["ready"]


def test_the_kubelet_may_ask_by_either_protocol_and_nothing_else(tmp_path: Path) -> None:
    with watched(tmp_path, "ensemble") as server:
        server.becomes_ready()
        assert server.asked("/live", "[::1]")[0] == 200
        assert server.asked("/ready") == (200, "the model answers\n")
        assert server.asked("/metrics")[0] == 404
        # Whoever opens connections and says nothing keeps nobody from being answered.
        silent = [socket.create_connection(("127.0.0.1", server.ports["health"])) for _ in range(200)]
        assert server.asked("/live")[0] == 200
        for connection in silent:
            connection.close()
        assert server.asked("/live")[0] == 200


def is_noticed(server: Watched) -> None:
    server.becomes_ready(False, READY_SECONDS)
    status = server.ends(RESTART_SECONDS)
    assert status != 0


def why(server: Watched) -> str:
    """What the log says, which is what the termination log says."""
    because = str(next(event["because"] for event in server.events() if event["event"] == "dead"))
    assert server.termination_log.read_text(encoding="utf-8") == f"the server was dead: {because}\n"
    return because
