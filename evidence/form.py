"""The form of a store: one number in `store/form`, so that no program works on a store that a newer one keeps.

    0   stores from before the number: a month's catalog is one file
    1   a month's catalog may have a tail

What is older is brought up when it is opened, a step a form; what a step does may be done twice, since a kill may come
between it and the number.
"""

from __future__ import annotations

from pathlib import Path

from evidence.errors import StoreError
from evidence.files import write_changed, write_whole

FILE = "form"
FORM = 1


def of(root: Path) -> int:
    """Return the form of a store; raises StoreError where it is newer than this program, or no number."""
    path = root / FILE
    try:
        written = path.read_bytes().strip()
    except FileNotFoundError:
        return 0
    if not written.isdigit() or len(written) > 9:
        raise StoreError(
            f"{path}: expected the number of the store's form, got {written[:40]!r}\n"
            "restore the file from the store's backup, or remove it where the store was never kept by a newer program"
        )
    if (form := int(written)) > FORM:
        raise StoreError(
            f"{root} has form {form}, this program knows forms up to {FORM}\n"
            "use the newer program that keeps this store; nothing was changed"
        )
    return form


def bring_up(root: Path, form: int) -> None:
    """Note that a store of an older form has the present one; from 0 its catalog, which has no tails, is good as it is."""
    if form < FORM:
        write_whole(root / FILE, f"{FORM}\n".encode())


def carry(root: Path, to: Path) -> None:
    """Let a copy of a store say the form of what it is a copy of; raises StoreError where that is newer than this program."""
    if form := of(root):
        write_changed(to / FILE, f"{form}\n".encode())
