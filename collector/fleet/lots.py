"""Where a fleet's blobs lie: in the store's own folder that all machines share, or in S3-compatible storage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from collector.fleet.objects import ObjectStore
from collector.fleet_settings import FleetSettings
from evidence.model import Capture
from evidence.store import FileStore

JSON = "application/json"
Lot = FileStore | ObjectStore


def lot_of(settings: FleetSettings, store: Path) -> Lot:
    """Return what workers put blobs into; raises StoreError where it cannot be."""
    return ObjectStore(settings.blobs) if settings.blobs else FileStore(store)


def bring(lot: Lot, kinds: Mapping[str, str], into: FileStore) -> None:
    """Have blobs (media types by digest) in the registrar's own store too; raises NotFound, DamagedBlob, StoreError."""
    if isinstance(lot, FileStore):
        return
    for sha256, media_type in kinds.items():
        if not into.has(sha256):
            lot.fetch(sha256, into, media_type)


def kinds_of(capture: Capture) -> dict[str, str]:
    """Return the media type of every blob that a capture cites, by its digest."""
    sources = dict.fromkeys((capture.flow.sha256, *capture.flow.helpers), "text/x-python; charset=utf-8")
    return dict.fromkeys(capture.cited, JSON) | {one.sha256: one.media_type for one in capture.artifacts} | sources
