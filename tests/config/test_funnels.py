"""Funnels, and the address of sloguard's own pages."""

import pytest

from sloguard.config import Loaded
from sloguard.model.funnel import Funnel, FunnelStep
from tests.config.texts import codes_of, configuration_of, loaded, with_top

SHOP = """version: 1
services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    slos:
      - {name: availability, objective: 99.9, indicator: {events: {bad: errors_total, total: requests_total}}}
    funnels:
"""


def with_funnel(fragment: str) -> Loaded:
    return loaded(SHOP + "".join(f"      {line}\n" for line in fragment.splitlines()))


def test_steps_keep_their_order_and_selectors_are_canonical() -> None:
    text = "- name: purchase\n  description: From a look to an order.\n  steps:\n"
    text += "    - {name: Looked at it, events: 'views_total{page = \"item\"}'}\n"
    text += "    - {name: Bought it, events: [orders_total, invoices_total]}\n"

    (service,) = configuration_of(with_funnel(text)).services

    assert service.funnels == (
        Funnel(
            "purchase",
            (
                FunnelStep("Looked at it", ('views_total{page="item"}',)),
                FunnelStep("Bought it", ("orders_total", "invoices_total")),
            ),
            "From a look to an order.",
        ),
    )


@pytest.mark.parametrize(
    ("steps", "code", "words"),
    [
        ("[{name: a, events: a_total}]", "SG093", "must have 2 to 20 steps (got 1)"),
        ("[]", "SG093", "must have 2 to 20 steps (got 0)"),
        (f"[{', '.join(f'{{name: s{n}, events: a_total}}' for n in range(21))}]", "SG093", "2 to 20 steps (got 21)"),
        ("[{name: a, events: a_total}, {name: ' a', events: b_total}]", "SG093", "the name of an earlier step"),
        ("[{name: a, events: a_total}, {name: '', events: b_total}]", "SG093", "is no name"),
        ("[{name: a, events: 'rate(a_total[5m])'}, {name: b, events: b_total}]", "SG043", "plain counter selector"),
        ("[{name: a}, {name: b, events: b_total}]", "SG021", "events"),
    ],
)
def test_what_is_no_funnel_is_refused(steps: str, code: str, words: str) -> None:
    result = with_funnel(f"- name: purchase\n  steps: {steps}\n")
    assert code in codes_of(result)
    assert any(words in str(problem) for problem in result.problems)


def test_two_funnels_of_a_service_have_two_names() -> None:
    steps = "steps: [{name: a, events: a_total}, {name: b, events: b_total}]"
    result = with_funnel(f"- {{name: purchase, {steps}}}\n- {{name: purchase, {steps}}}\n")
    assert "another funnel in line 8 has this name" in str(result.problems[0])


def test_the_address_of_sloguards_pages_has_no_slash_at_its_end() -> None:
    assert configuration_of(with_top("web_url: https://slo.example.com/\n")).web_url == "https://slo.example.com"
    assert codes_of(with_top("web_url: slo.example.com\n")) != []
