"""The settings of a run: one frozen value, hashed into the provenance of every row."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can change what a raw file becomes, apart from the code and its data files."""

    max_file_bytes: int = 16 * 1024 * 1024 * 1024
    """A raw file larger than this on disk is rejected as `too_large`; containers are read as streams."""
    max_document_bytes: int = 32 * 1024 * 1024
    """A document, or one record of a file, larger than this once decompressed is rejected as `too_large`."""
    max_unpacked_bytes: int = 1024 * 1024 * 1024
    """A raw file that unpacks to more than this, all its levels added up, and to more than `max_unpacked_ratio` times
    its size, is read no further and rejected as `too_large`: a guard against bombs."""
    max_unpacked_ratio: int = 100
    """See `max_unpacked_bytes`."""
    max_members: int = 1_000_000
    """A raw file with more documents in it than this is read no further and rejected as `too_large`."""
    max_document_seconds: int = 120
    """A document whose cleaning takes more CPU time than this is rejected as `timeout`: the largest ones allowed, of
    32 MiB, take a good half of it."""
    min_words: int = 8
    """Fewer words of kept text than this is `no_article`."""
    batch_files: int = 128
    """At most this many raw files in a batch, the unit of work, of commit and of progress."""
    batch_bytes: int = 8 * 1024 * 1024
    """A batch is closed when its files reach this size on disk."""
    future_grace: timedelta = timedelta(days=1)
    """A publication date further ahead of the run's clock than this is not believed."""
    standing: str = ""
    """Blocks that stand in several articles of a site (`flows.standing.stored`); empty for none."""

    def sha256(self) -> str:
        """Hex SHA-256 of the settings as canonical JSON: equal settings, equal hash, on every machine."""
        return hashlib.sha256(json.dumps(self.values(), sort_keys=True).encode()).hexdigest()

    def values(self) -> dict[str, int | str]:
        """The settings by name, as JSON values; of the standing blocks their SHA-256, if there are any."""
        values = {
            name: value if isinstance(value, int) else str(value) for name, value in dataclasses.asdict(self).items()
        }
        standing = values.pop("standing")
        return values | {"standing": hashlib.sha256(str(standing).encode()).hexdigest()} if standing else values


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run is held to.  Changes no row, so it is no part of `Settings` and its hash."""

    max_reject_share: float | None = None
    """A run with a greater share of rejects (0 to 1) among its new documents ends as failed.  None: any will do."""
    settle: timedelta = timedelta(0)
    """A new file that changed more recently than this, by the wall clock, may still be being written: it is left for
    the next run."""
