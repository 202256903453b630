"""The demonstration city: a small local web server, its targets and its flows."""
