"""A small web server that misbehaves on purpose."""
