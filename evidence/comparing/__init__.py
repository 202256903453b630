"""Two records → what differs between them."""

from evidence.comparing.comparison import Comparison, compare

__all__ = ["Comparison", "compare"]
