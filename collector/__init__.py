"""Drives browsers and captures pages; knows evidence only as the place captures go to."""
