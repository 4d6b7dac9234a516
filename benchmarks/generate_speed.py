"""How long the rules of many SLOs take, beside PyYAML's fastest dump of the same data. Prints both and their ratio.

Usage: python benchmarks/generate_speed.py [SLOS]
"""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import yaml

from sloguard.evaluation.tiers import standard_tiers
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import Configuration
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.model.window import RollingWindow
from sloguard.rules import rule_files

SLOS_A_SERVICE = 10
MONTH = timedelta(days=30)


def configuration(slos: int) -> Configuration:
    tiers = AlertPolicy(standard_tiers(Decimal("0.001"), MONTH, timedelta(minutes=1)))
    services = []
    for start in range(0, slos, SLOS_A_SERVICE):
        service = f"service-{start // SLOS_A_SERVICE}"
        numbers = range(start, min(start + SLOS_A_SERVICE, slos))
        services.append(Service(service, tuple(_slo(service, number, tiers) for number in numbers), owner="team"))
    return Configuration(services=tuple(services))


def _slo(service: str, number: int, policy: AlertPolicy) -> Slo:
    total = f'requests_total{{route="{number}"}}'
    bad = f'requests_total{{code=~"5..",route="{number}"}}'
    indicator = EventsIndicator(total=(total,), bad=(bad,))
    return Slo(service, f"slo-{number}", Decimal("0.999"), RollingWindow(MONTH), indicator, policy, owner="team")


def seconds(action: Callable[[], object]) -> float:
    """Processor time: other programs do not count."""
    begun = time.process_time()
    action()
    return time.process_time() - begun


def main() -> None:
    slos = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    declared = configuration(slos)
    files: dict[str, str] = {}
    own = seconds(lambda: files.update(rule_files(declared)))
    sample = list(files.values())[: max(1, len(files) // 20)]
    # Reading all of it back would take longer than both: a twentieth stands for the whole.
    documents = [yaml.load(text, Loader=yaml.CSafeLoader) for text in sample]
    dumper = yaml.CSafeDumper
    dumped = seconds(lambda: [yaml.dump(document, Dumper=dumper, sort_keys=False) for document in documents])
    plain = dumped * len(files) / len(sample)
    size = sum(len(text) for text in files.values()) / 1e6
    print(f"{slos} SLOs, {len(files)} files, {size:.0f} MB of rules")
    print(f"sloguard, from SLOs to text:               {own:6.2f} s")
    print(f"yaml.dump with CSafeDumper, text alone:    {plain:6.2f} s (from {len(sample)} files)")
    print(f"ratio: {plain / own:.2f} × as fast")


if __name__ == "__main__":
    main()
