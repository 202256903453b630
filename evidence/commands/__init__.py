"""Commands that need no browser, a file a noun; `evidence.cli` mounts them."""
