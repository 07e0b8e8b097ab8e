"""Where files stand among the others of their representation. Pure.

A file's order is a decimal number, and only the sequence counts: between any two numbers there is room for more, so
that moving one file among ten thousand writes that one. Files that were loaded together have 1, 2, 3 …
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

Order = int | Decimal

MOST_DIGITS = 16
"""After the point. Where a gap has no room within them, the files behind it are spread anew."""


class CrowdedError(Exception):
    """There is no room between two files within the digits allowed."""


def between(low: Order, high: Order | None, count: int, most_digits: int = MOST_DIGITS) -> list[Order]:
    """``count`` numbers above ``low`` and below ``high`` (None: without end), evenly spread, with the fewest digits.

    Raises :class:`CrowdedError`.
    """
    if high is None:
        return [floor(low) + number for number in range(1, count + 1)]
    for digits in range(most_digits + 1):
        unit = 10**digits
        first, last = floor(Fraction(low) * unit) + 1, ceil(Fraction(high) * unit) - 1
        room = last - first + 1
        if room >= count:
            return [_plain(first + room * (2 * each + 1) // (2 * count), digits) for each in range(count)]
    raise CrowdedError


def key(order: Order) -> str:
    """The number so that keys sort as numbers do: eight digits, and a fraction only where there is one."""
    whole, _, fraction = format(order, "f").partition(".")
    return f"{int(whole):08d}.{fraction}" if fraction.rstrip("0") else f"{int(whole):08d}"


def of_key(text: str) -> Order:
    """The number in a key."""
    return Decimal(text) if "." in text else int(text)


def _plain(units: int, digits: int) -> Order:
    """Units of the last digit as a number without needless zeros."""
    while digits and units % 10 == 0:
        units, digits = units // 10, digits - 1
    return Decimal(f"{units}e-{digits}") if digits else units
