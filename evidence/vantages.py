"""From where was looked: whether two looks are two, or one network's view twice."""

from __future__ import annotations

from evidence.model import Vantage


def apart(one: Vantage, other: Vantage) -> bool:
    """Tell whether two vantages are known to differ in the address they go out by and in who tells them names.

    What is not known does not differ.

    >>> home = Vantage(egress="direct", address="203.0.113.7", resolver="203.0.113.1")
    >>> away = Vantage(egress="direct", address="198.51.100.9", resolver="198.51.100.1")
    >>> apart(home, away), apart(home, home), apart(home, Vantage(egress="direct", address=None, resolver=None))
    (True, False, False)
    """
    pairs = ((one.address, other.address), (one.resolver, other.resolver))
    return all(mine and theirs and mine != theirs for mine, theirs in pairs)
