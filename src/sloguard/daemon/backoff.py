"""How long to wait before a delivery is tried again."""

import random
from datetime import timedelta

_BASE_SECONDS = 1.0
_CAP_SECONDS = 300.0
_LARGEST_EXPONENT = 20  # 2 ** 20 s is far above the cap; larger ones would overflow in the end


def ceiling(attempts: int) -> timedelta:
    """The longest wait after this many failures (1 and up): 1 s, doubled each time, at most 5 min."""
    exponent = min(max(attempts, 1) - 1, _LARGEST_EXPONENT)
    return timedelta(seconds=min(_CAP_SECONDS, _BASE_SECONDS * 2**exponent))


def full_jitter(attempts: int) -> timedelta:
    """A wait drawn evenly from 0 to `ceiling(attempts)`: senders that failed together do not return together.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    return ceiling(attempts) * random.random()  # noqa: S311 - no secret depends on it
