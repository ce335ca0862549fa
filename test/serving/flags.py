"""The flags that the product really passes to tritonserver, from its own source: a test with flags of its own would
prove nothing. In: components/server/tritonFlags.ts, by way of tsx. Out: the arguments, with a test's own ports."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import { tritonFlags, ADMIN_HEADER } from "./components/server/tritonFlags";
const times = { exitTimeoutSeconds: 5, connectionSeconds: 1, streamSeconds: 12 };
const bounds = { bodyBytes: 3211264, release: "24.10" };
const behindGateway = process.env.BEHIND_GATEWAY === "true";
const flags = tritonFlags({ ...times, ...bounds, behindGateway, grpc: true, device: "cpu", onnxBackend: "python" });
console.log(JSON.stringify({ flags, header: ADMIN_HEADER }));
"""


@cache
def product_flags(behind_gateway: bool = False) -> tuple[tuple[str, ...], str]:
    """The container's arguments as the workload writes them, and the header that opens what they close."""
    env = os.environ | {"BEHIND_GATEWAY": "true" if behind_gateway else "false"}
    tsx = ROOT / "node_modules" / ".bin" / "tsx"
    run = subprocess.run([tsx, "--eval", PROGRAM], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(run.stdout)
    return tuple(said["flags"]), said["header"]


def as_started(repository: Path, ports: dict[str, int], pod_uid: str, behind_gateway: bool = False) -> list[str]:
    """The product's flags, with what differs in a test: models, ports, and what the kubelet fills in."""
    own = {f"--{name}-port": str(port) for name, port in ports.items()} | {"--model-repository": str(repository)}
    arguments = []
    for flag in product_flags(behind_gateway)[0]:
        name, _, value = flag.partition("=")
        arguments.append(f"{name}={own.get(name, value)}" if value else name)
    return [argument.replace("$(POD_UID)", pod_uid) for argument in arguments]
