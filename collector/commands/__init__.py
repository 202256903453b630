"""Commands of the one command line, a file a noun; `collector.cli` mounts them."""
