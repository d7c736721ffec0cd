"""One module for each format: decoded text → `Document`.  `flows.formats.parse` chooses among them."""
