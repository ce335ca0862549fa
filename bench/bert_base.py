"""A classifier of BERT-base's size with random weights, for speed alone: what it answers means nothing. In: the folder
of a checkpoint whose tokenizer it takes. Out: a folder as save_pretrained() writes it.

`python bench/bert_base.py --tokenizer DIR --out DIR`, in the exporter's environment."""

import argparse
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(options.tokenizer, local_files_only=True)
    # BertConfig's defaults are those of bert-base-uncased: 12 layers of 768, 110 million parameters.
    model = BertForSequenceClassification(BertConfig(vocab_size=len(tokenizer)))
    model.save_pretrained(options.out)
    tokenizer.save_pretrained(options.out)


if __name__ == "__main__":
    main()
