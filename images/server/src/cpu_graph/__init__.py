"""The exported graph, rewritten for a CPU: the same inputs, outputs and answers, for less work.

A batch is padded to its longest text, and a BERT computes every padded token in full. But almost all of a BERT works
token by token: only attention looks at the other tokens of a text. So the tokens of all texts are put into one list
without the padding, and padded again only where attention needs them side by side (the idea of ByteTransformer, Zhai et
al. 2023, and of onnxruntime's own RemovePadding, which exists for CUDA alone). What comes after the last attention is
computed for the first token of each text only, if that is all the classifier reads; so are, then, the queries of the
last attention.

In: model.onnx of the exporter. Out: a model.onnx. Both are run on the same random batches; where the rewritten one
answers otherwise, or the graph has another shape than this knows, the exported graph is what is written. On top of
that, if asked for, products in 8-bit integers, held against fp32 over some thousands of texts."""
