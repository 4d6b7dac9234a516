"""The receivers: could each be told something now?"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sloguard.doctor.check import Check, ok, problem, skipped
from sloguard.doctor.configured import routed_receivers
from sloguard.model.settings import Configuration
from sloguard.notify.reach import Reached, reach

_AT_ONCE = 8


def receivers_reachable(configuration: Configuration | None) -> Sequence[Check]:
    """One check for each receiver that somebody is routed to. Nobody is sent anything."""
    receivers = routed_receivers(configuration) if configuration else ()
    if not receivers:
        return [skipped("receivers", "nothing is routed to anybody")]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(reach, receivers))
    return [_check(receiver.name, answer) for receiver, answer in zip(receivers, answers, strict=True)]


def _check(name: str, answer: Reached) -> Check:
    title = f"receiver {name}"
    if answer.ok:
        return ok(title, answer.detail)
    return problem(title, answer.detail, "Check its credential and address, DNS, the proxy, and the way out.")
