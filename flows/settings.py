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

    max_file_bytes: int = 256 * 1024 * 1024
    """A raw file larger than this on disk is rejected as `too_large`."""
    max_document_bytes: int = 32 * 1024 * 1024
    """A document, or one record of a file, larger than this once decompressed is rejected as `too_large`."""
    max_unpacked_bytes: int = 1024 * 1024 * 1024
    """A compressed file that unpacks to more than this is rejected as `too_large`: a guard against bombs."""
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
