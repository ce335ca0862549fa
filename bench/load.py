"""Clients of a server, all in this one process, over plain HTTP with keep-alive; each sends its next text when it has
its answer. In (JSON on standard input): address, model, clients, seconds, texts. Out (JSON): answers per second inside
the window, p50 and p99 in milliseconds, the CPU that this process itself took (1 = one core).

Raw sockets: an HTTP library would take as much CPU as a tenth of the model's, on the very cores that are measured."""

import json
import random
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field

# Clients start together, which is no steady state; what is answered before this is not counted.
WARM_UP_SECONDS = 0.5
LENGTH = b"content-length: "


@dataclass
class Client:
    connection: socket.socket
    sent: float = 0
    received: bytes = field(default=b"")

    def answered(self) -> bool:
        """Reads what is there; whether that completes the answer. Raises RuntimeError if it is none."""
        self.received += self.connection.recv(65536)
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"no answer: {self.received[:300]!r}")
        after = head.lower().partition(LENGTH)[2]
        if len(body) < int(after.split(b"\r\n")[0]):
            return False
        self.received = b""
        return True


def request(model: str, text: str) -> bytes:
    inputs = [{"name": "text_input", "shape": [1, 1], "datatype": "BYTES", "data": [text]}]
    body = json.dumps({"inputs": inputs}).encode()
    head = f"POST /v2/models/{model}/infer HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def main() -> None:
    asked = json.load(sys.stdin)
    texts = [request(asked["model"], text) for text in asked["texts"]]
    choice = random.Random(2)
    host, port = asked["address"].split(":")
    selector = selectors.DefaultSelector()
    for _ in range(asked["clients"]):
        connection = socket.create_connection((host, int(port)))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = Client(connection)
        selector.register(connection, selectors.EVENT_READ, client)
        client.sent = time.perf_counter()
        connection.sendall(choice.choice(texts))

    begin = time.perf_counter() + WARM_UP_SECONDS
    end, cpu, waits = begin + asked["seconds"], None, []
    while (now := time.perf_counter()) < end:
        if cpu is None and now >= begin:
            cpu = time.process_time()
        for key, _ in selector.select(end - now):
            client = key.data
            if not client.answered():
                continue
            now = time.perf_counter()
            if begin <= now < end:
                waits.append(now - client.sent)
            client.sent = now
            client.connection.sendall(choice.choice(texts))
    took = time.process_time() - (cpu or 0)
    waits.sort()
    json.dump(
        {
            "rate": len(waits) / asked["seconds"],
            "p50": 1000 * waits[len(waits) // 2],
            "p99": 1000 * waits[int(len(waits) * 0.99)],
            "cpu": took / asked["seconds"],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
