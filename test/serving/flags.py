"""The flags that the product really passes to tritonserver, from its own source: a test with flags of its own would
prove nothing. In: components/server/tritonFlags.ts, by way of tsx. Out: the arguments, with a test's own ports."""

import json
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import { tritonFlags, ADMIN_HEADER } from "./components/server/tritonFlags";
const times = { exitTimeoutSeconds: 5, connectionSeconds: 1 };
const flags = tritonFlags({ ...times, httpPort: 8000, device: "cpu", onnxBackend: "python" });
console.log(JSON.stringify({ flags, header: ADMIN_HEADER }));
"""


@cache
def product_flags() -> tuple[tuple[str, ...], str]:
    """The container's arguments as the workload writes them, and the header that opens what they close."""
    tsx = ROOT / "node_modules" / ".bin" / "tsx"
    run = subprocess.run([tsx, "--eval", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(run.stdout)
    return tuple(said["flags"]), said["header"]


def as_started(repository: Path, ports: dict[str, int], pod_uid: str) -> list[str]:
    """The product's flags, with what differs in a test: models, ports, and what the kubelet fills in."""
    own = {f"--{name}-port": str(port) for name, port in ports.items()} | {"--model-repository": str(repository)}
    arguments = []
    for flag in product_flags()[0]:
        name, _, value = flag.partition("=")
        arguments.append(f"{name}={own.get(name, value)}" if value else name)
    return [argument.replace("$(POD_UID)", pod_uid) for argument in arguments]
