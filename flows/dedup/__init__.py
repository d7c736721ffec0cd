"""Duplicates: which documents repeat an article of the corpus, and on what evidence.

In the order in which a document meets them: `normal` (its folded words), `sketch` (a sample of its word sequences,
made where the document is cleaned), `candidates` (earlier documents that share much of the sketch, found in the
`segment` files of the index), `verify` (the comparison of two texts), `verdict` (what follows from it), `revisions`
(which texts are states of one story), `assign` (the decision for each document of a batch), `index` (the state on
disk).
"""
