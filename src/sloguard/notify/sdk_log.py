"""The log that an SDK is given. What it would say stands in the delivery's result, without its secrets."""

import logging


def quiet_logger() -> logging.Logger:
    """SDKs log addresses, and in errors what they could not send: a webhook's URL and a token are secrets."""
    return logging.Logger("sdk", logging.CRITICAL)  # noqa: LOG001 - one that no configuration can make talk
