"""What datatrove makes of a folder of HTML, for `benchmarks.speed`: trafilatura, MinHash, Parquet, in one process.

    python -m benchmarks.speed_datatrove HTML_FOLDER OUT

Its own blocks in the order in which its examples put them together, with their default settings, but for the hash: the
default, xxhash, fails with the xxhash of today.  Needs datatrove, spacy, tokenizers and orjson.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter
from datatrove.utils.hashing import HashConfig


def main() -> None:
    """The command line."""
    html, out = Path(sys.argv[1]), Path(sys.argv[2])
    config = MinhashConfig(hash_config=HashConfig(hash_fc="sha1"))

    def pages(data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        for file in sorted(html.iterdir()):
            yield Document(text=file.read_text(encoding="utf-8", errors="replace"), id=file.name)

    def folder(name: str) -> str:
        return str(out / name)

    stages: list[tuple[list[Any], int]] = [
        ([pages, Trafilatura(), JsonlWriter(folder("extracted"))], 1),
        ([JsonlReader(folder("extracted")), MinhashDedupSignature(folder("signatures"), config)], 1),
        ([MinhashDedupBuckets(folder("signatures"), folder("buckets"), config=config)], config.num_buckets),
        ([MinhashDedupCluster(folder("buckets"), folder("remove"), config=config)], 1),
        ([JsonlReader(folder("extracted")), MinhashDedupFilter(folder("remove")), ParquetWriter(folder("corpus"))], 1),
    ]
    for number, (steps, tasks) in enumerate(stages):
        LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=folder(f"logs/{number}")).run()


if __name__ == "__main__":
    main()
