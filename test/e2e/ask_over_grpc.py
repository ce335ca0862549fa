"""What the official client sees of a deployed service over gRPC: prints JSON. Argument: host:port."""

import json
import sys

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

MODEL = sys.argv[2]


def refusal(call) -> str:  # type: ignore[no-untyped-def]
    try:
        call()
    except InferenceServerException as problem:
        return str(problem)
    return "not refused"


client = triton.InferenceServerClient(sys.argv[1])
texts = np.array([["I love it"], ["I hate it"]], dtype=np.object_)
text_input = triton.InferInput("text_input", list(texts.shape), "BYTES")
text_input.set_data_from_numpy(texts)
result = client.infer(MODEL, [text_input])
print(
    json.dumps(
        {
            "predicts": [label.decode() for label in result.as_numpy("predicts")],
            "refusals": [
                refusal(client.get_system_shared_memory_status),
                refusal(client.get_model_repository_index),
                refusal(client.get_log_settings),
                refusal(client.get_trace_settings),
                refusal(lambda: client.unload_model(MODEL)),
            ],
        }
    )
)
