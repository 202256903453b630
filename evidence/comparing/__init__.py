"""Two records → what differs between them."""

from evidence.comparing.comparison import Comparison, alike, compare

__all__ = ["Comparison", "alike", "compare"]
