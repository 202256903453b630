"""One file per portal or new-media platform: how to visit it."""
