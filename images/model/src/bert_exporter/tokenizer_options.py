"""The options that tokenizer_config.json puts on top of tokenizer.json.

What a checkpoint was trained with is its tokenizer.json, under a few options of its class. transformers 4 loads it so;
transformers 5 makes the tokenizers of most families anew from the vocabulary, and whatever else was in the file
(another normaliser, another way to cut words) is lost without a word. In: the file's tokenizer, and the one that
transformers made. Out: the file's, with the options.
"""

import json
from typing import Any

# Where both have this kind of step, its options are the class's, not the file's.
_OPTIONS = {
    "normalizer": ("BertNormalizer", ("lowercase", "strip_accents", "handle_chinese_chars")),
    "pre_tokenizer": ("ByteLevel", ("add_prefix_space",)),
}


def with_options(saved: Any, made: Any) -> Any:
    """The tokenizer of the file, with the options of the other."""
    from tokenizers import Tokenizer

    content, other = json.loads(saved.to_str()), json.loads(made.to_str())
    for step, (kind, options) in _OPTIONS.items():
        ours, theirs = content[step] or {}, other[step] or {}
        if ours.get("type") == theirs.get("type") == kind:
            ours.update({option: theirs[option] for option in options})
    return Tokenizer.from_str(json.dumps(content))
