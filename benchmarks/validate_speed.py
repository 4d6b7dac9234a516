"""What checking a fleet costs: 5,000 SLOs in plain, and 500 services from one template.

Prints the time that `sloguard validate` takes to load each file, as a ratio to yaml.load with CSafeLoader of the same
file. Run it as `python benchmarks/validate_speed.py`; `--runs 5` takes the best of five.
"""

import argparse
import gc
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml

from sloguard.config import load_text

SERVICES = 500
SLOS = 10
AIM = 4.0

_SERVICE = """  - name: service-{service}
    owner: team-a
    runbook_url: https://runbooks.example.com/service-{service}
    slos:
"""
_SLO = """      - name: slo-{slo}
        description: Requests of kind {slo} are answered without a server error.
        objective: 99.9
        indicator:
          events:
            bad: 'http_requests_total{{service="service-{service}",route="/r{slo}",code=~"5.."}}'
            total: 'http_requests_total{{service="service-{service}",route="/r{slo}"}}'
        breakdown_by: [version, route]
"""
_TEMPLATE_SLO = """      - name: slo-{slo}
        description: Requests of kind {slo} are answered without a server error.
        objective: $(objective)
        indicator:
          events:
            bad: 'http_requests_total{{service="$(name)",route="/r{slo}",code=~"5.."}}'
            total: 'http_requests_total{{service="$(name)",route="/r{slo}"}}'
        breakdown_by: [version, route]
"""


def plain(services: int) -> str:
    parts = ["version: 1\nservices:\n"]
    for service in range(services):
        parts.append(_SERVICE.format(service=service))
        parts += [_SLO.format(service=service, slo=slo) for slo in range(SLOS)]
    return "".join(parts)


def templated(services: int) -> str:
    head = "version: 1\ntemplates:\n  http-service:\n    parameters: [{objective: 99.9}]\n    owner: team-a\n"
    head += "    runbook_url: https://runbooks.example.com/$(name)\n    slos:\n"
    slos = "".join(_TEMPLATE_SLO.format(slo=slo) for slo in range(SLOS))
    declared = [f"  - {{name: service-{service}, template: http-service}}\n" for service in range(services)]
    return "".join([head, slos, "services:\n", *declared])


def seconds(work: Callable[[], object], runs: int) -> float:
    """The best of so many runs."""
    best = float("inf")
    for _ in range(runs):
        gc.collect()
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def loaded(text: bytes) -> int:
    configuration = load_text(text, "slo.yaml", {}, Path()).configuration
    if configuration is None:
        raise AssertionError
    return len(configuration.slos)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--services", type=int, default=SERVICES)
    asked = parser.parse_args()
    runs, services = asked.runs, asked.services
    loaded(
        b"version: 1\nservices: [{name: a, slos: [{name: a, objective: 99, "  # imports are no part of it
        b"indicator: {events: {bad: a, total: b}}}]}]"
    )
    written_out = plain(services).encode()
    base = seconds(lambda: yaml.load(written_out, Loader=yaml.CSafeLoader), runs)
    for name, text in (("written out", written_out), ("from a template", templated(services).encode())):
        own = seconds(partial(yaml.load, text, yaml.CSafeLoader), runs)
        ours = seconds(partial(loaded, text), runs)
        print(
            f"{loaded(text):,} SLOs of {services} services, {name} ({len(text) / 1e6:.2f} MB): "
            f"{ours:.2f} s, {ours / own:.1f} × yaml.load of the file ({own:.2f} s), "
            f"{ours / base:.1f} × yaml.load of the file written out. Aim: at most {AIM:g} ×."
        )


if __name__ == "__main__":
    main()
