"""Masked copies of what shows citizens' personal data: for bundles, which leave the house; the originals stay in the store.

personal.py says what is personal, finding.py finds it on one page, covering.py makes the copies, committing.py binds the office
to what they hide in readings.
"""

from evidence.masking.committing import Field, Salting, unsalted
from evidence.masking.covering import Copy, Masked, hidden_fields, masked, reading
from evidence.masking.finding import Private, find

__all__ = ["Copy", "Field", "Masked", "Private", "Salting", "find", "hidden_fields", "masked", "reading", "unsalted"]
