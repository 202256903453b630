"""Masked copies of what shows citizens' personal data: for bundles, which leave the house; the originals stay in the store.

personal.py says what is personal, finding.py finds it on one page, covering.py makes the copies.
"""

from evidence.masking.covering import Copy, Masked, masked, reading
from evidence.masking.finding import Private, find

__all__ = ["Copy", "Masked", "Private", "find", "masked", "reading"]
