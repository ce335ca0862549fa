"""What a graph that is not to answer as the original does answers itself, for whoever serves it to be held against: the
model's proof with other logits. In: what opens a graph, the exported model's folder. Out: proof.json."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from bert_serving.rows import join
from bert_serving.tokenise import Encoder, whole
from bert_tasks.proof import FILE, answered, read_proof, write_proof
from cpu_graph.agreement import Open

# By how much logits may differ from machine to machine: where rounding to 8 or 16 bits falls on the other side, they
# move by some thousandths, and a build may take the graph out of the cache of another machine.
NOISE = 0.05


def write_own_proof(graph: Open, model: Path, out: Path) -> None:
    """`out`: the file. `model`: the folder of the exported model, with its proof."""
    proof = read_proof(model / FILE)
    facts = json.loads((model / "model.json").read_text(encoding="utf-8"))
    tokenizer = (model / "tokenizer.json").read_text(encoding="utf-8")
    encoder = Encoder(tokenizer, facts["inputs"], facts["maxLength"], facts["padTokenId"])
    run = graph()
    # Each alone, as the server is asked.
    rows = encoder.rows(whole(proof.texts))
    logits = np.concatenate([run.run(None, join([row], encoder.fillers))[0] for row in rows])
    said = answered(proof.task, proof.activation, proof.labels, logits)
    write_proof(out, proof._replace(gate=max(proof.gate, NOISE), logits=logits, said=said))
