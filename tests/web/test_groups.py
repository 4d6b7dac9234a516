"""Groups on the page and in the metrics: their names come from outside, and stay text."""

import re
from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from sloguard.model.group import Group, group_text
from sloguard.model.measurement import Counts
from sloguard.model.status import ServiceStatus, SloStatus, StatusReport
from tests.presentation.reports import AS_OF, slo_status
from tests.web.asking import View, app_of, ask

HOSTILE: Group = (("tenant", '<script>alert("\u202e")</script>\n'),)


def of_group(group: Group) -> SloStatus:
    plain = slo_status(f"availability{group_text(group)}", counts=Counts(bad=1, total=1_000))
    return replace(plain, group=group)


def view(*groups: Group) -> View:
    service = ServiceStatus("onboarding", None, tuple(of_group(group) for group in groups))
    return View(StatusReport(AS_OF, partial=False, services=(service,)))


def test_each_group_is_a_row_and_its_name_is_text() -> None:
    page = ask(app_of(view((("tenant", "acme"),), HOSTILE)), "/").text
    assert "availability{tenant=&#34;acme&#34;}" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert re.search(r"&lt;script&gt;alert\(\\&#34;\\u202e", page)


def test_each_group_has_its_metrics() -> None:
    app = app_of(view((("tenant", "acme"),), HOSTILE))
    samples = {
        (family.name, sample.labels["slo_id"], sample.labels.get("value")): sample.value
        for family in text_string_to_metric_families(ask(app, "/metrics").text)
        for sample in family.samples
        if "slo_id" in sample.labels
    }
    acme, hostile = (f"onboarding/availability{group_text(group)}" for group in ((("tenant", "acme"),), HOSTILE))
    assert samples["sloguard_slo_group", acme, "acme"] == 1
    assert samples["sloguard_slo_group", hostile, HOSTILE[0][1]] == 1
    assert samples["sloguard_success_ratio", hostile, None] == 0.999
