"""What the kubelet asks: /live and /ready. In: the latest health. Out: HTTP 200 or 503, and the reason in one line.

/live is 200 for as long as the watch itself looks: it ends a dead server by itself, with a reason in the log, so the
kubelet need only notice if the watch can't. One thread for all connections, and none of them is waited for: whoever can
reach the port could otherwise keep the kubelet from being answered."""

from __future__ import annotations

import selectors
import socket
import threading
import time

from bert_watch.verdict import STARTING, Health

# More than the kubelet ever opens; the oldest must give way.
MOST_CONNECTIONS = 64
# Of a request the first line matters.
READ_BYTES = 1024
REASONS = {200: "OK", 503: "Service Unavailable", 404: "Not Found"}


class HealthServer:
    def __init__(self, port: int, silence: float, ending: threading.Event) -> None:
        """`silence`: seconds without a look after which the watch itself does not count as alive. `ending`: the server
        was told to end, and nobody looks any more."""
        self._silence = silence
        self._ending = ending
        self._health, self._at = STARTING, time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._open: list[socket.socket] = []
        self._listener = listen(port)
        self._selector.register(self._listener, selectors.EVENT_READ)

    def show(self, health: Health) -> None:
        self._health, self._at = health, time.monotonic()

    def start(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()

    def answer(self, request: bytes) -> tuple[int, str]:
        """Status and reason."""
        path = request.split(b" ")[1:2]
        if path not in ([b"/ready"], [b"/live"]):
            return 404, "only /live and /ready are here"
        ready = path == [b"/ready"]
        if self._ending.is_set():
            return (503 if ready else 200), "the server was told to end"
        if ready:
            return (200 if self._health.ready else 503), self._health.because
        silent = time.monotonic() - self._at
        return (200 if silent < self._silence else 503), f"the watch looked {silent:.1f} s ago"

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                try:
                    self._respond(key.data) if key.data else self._accept()
                except OSError:
                    # The other side has gone.
                    if key.data:
                        self._close(key.data)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setblocking(False)
        self._open.append(connection)
        self._selector.register(connection, selectors.EVENT_READ, connection)
        if len(self._open) > MOST_CONNECTIONS:
            self._close(self._open[0])

    def _respond(self, connection: socket.socket) -> None:
        status, because = self.answer(connection.recv(READ_BYTES))
        body = f"{because}\n".encode()
        head = [
            f"HTTP/1.1 {status} {REASONS[status]}",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        connection.send("\r\n".join([*head, "", ""]).encode() + body)
        self._close(connection)

    def _close(self, connection: socket.socket) -> None:
        # One that had to give way may have spoken in the same moment.
        if connection not in self._open:
            return
        self._selector.unregister(connection)
        self._open.remove(connection)
        connection.close()


def listen(port: int) -> socket.socket:
    """For IPv6 and IPv4 at once, as the kubelet may ask for either; for IPv4 where there is nothing else."""
    try:
        listener = socket.socket(socket.AF_INET6)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        address = "::"
    except OSError:
        listener, address = socket.socket(socket.AF_INET), "0.0.0.0"
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(MOST_CONNECTIONS)
    listener.setblocking(False)
    return listener
