"""The page says the truth in words, and whatever slo.yaml says stays text."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.model.adjustment import Adjusted
from sloguard.model.alert import Alert, AlertKind, Reason, ReasonCode
from sloguard.model.measurement import Counts, NoData, NoDataReason
from sloguard.model.policy import Severity
from sloguard.model.quiet import Muted, Quiet, QuietReason
from sloguard.model.status import ServiceStatus, StatusReport
from sloguard.ports import HealthCheck
from sloguard.web.links import safe_link
from sloguard.web.overview import overview
from sloguard.web.rendering import render, way_back
from tests.presentation.reports import AS_OF, PAGE, any_report, every_state, provisional, slo_status
from tests.support.adjustments import correction, exclusion
from tests.web.asking import ANOTHER, AWAY, RUNNING, STARTING, WELL, View, app_of, ask


class Reader(HTMLParser):
    """The page's tags with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def attributes(self, tag: str, name: str) -> list[str]:
        return [attributes[name] or "" for seen, attributes in self.tags if seen == tag and name in attributes]


def page_of(view: View) -> Reader:
    answer = ask(app_of(view), "/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Reader(answer.text)


def test_what_needs_attention_comes_first_and_in_order() -> None:
    text = page_of(RUNNING).text
    said = (
        "As of 2026-11-22 03:00 UTC",
        "Needs attention",
        "Page onboarding/availability Burning 16.2 × over 1 h and 18 × over 5 min (threshold 14.4 ×), since",
        "2026-11-22 02:40 UTC (20 min ago). 28.07 % of the error budget is left; at this pace it ends in 12 h 27 min",
        "at 2026-11-22 15:27 UTC. Owner: growth",
        "Ticket onboarding/error-rate No longer above its threshold",
        "Exhausted onboarding/latency The error budget is overspent by 72.8 %. No alert",
        "No data onboarding/backup-freshness Only 41 % of the window was seen",
        "No data billing/freshness No sample seen yet",
        "onboarding From the first visit to a finished profile. Owner: growth. Health 71 fair",
        "without the SLOs that have no data",
        "billing Health – unknown no data",
        "empty Health",
        "This service declares no SLOs.",
        "≈ Counted by an approximation",
    )
    places = [text.find(words) for words in said]
    assert -1 not in places, said[places.index(-1)]
    assert places == sorted(places)


def test_what_is_the_same_of_several_slos_of_a_service_is_said_once() -> None:
    missing = NoData(timedelta(days=30), NoDataReason.NEVER_SEEN)
    names = ("latency", "availability")
    services = [
        ServiceStatus(name, None, tuple(slo_status(slo, service=name, no_data=missing) for slo in said))
        for name, said in (("shop", names), ("mail", ("delivery",)))
    ]
    cards = overview(StatusReport(AS_OF, partial=False, services=tuple(services)), ()).attention
    assert [(card.title, card.more) for card in cards] == [
        ("shop: 2 SLOs", "latency, availability."),
        ("mail/delivery", ""),
    ]


def test_what_is_kept_quiet_is_told_though_nothing_fires() -> None:
    """A page that is calm because somebody has silenced everything is not calm."""
    ends = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    quiet = Muted('slo="shop/<b>"', Quiet(QuietReason.SILENCED, "7", "ann: <i>deploy", ends))
    report = StatusReport(AS_OF, partial=False, services=(), muted=(quiet,))
    answer = ask(app_of(View(report)), "/").text
    said = " ".join(" ".join(Reader(answer).said).split())
    assert (
        'Kept quiet at present Alerts of these are decided and shown, and nobody is told of new ones. slo="shop/<b>" : '
        "silenced (number 7, ann: <i>deploy) until 2026-11-22 05:00 UTC"
    ) in said
    assert "<b>" not in answer
    assert "Kept quiet" not in ask(app_of(View(replace(report, muted=()))), "/").text


def test_provisional_numbers_say_what_they_are() -> None:
    slo = provisional(0.63, Counts(bad=2, total=10_000))
    page = page_of(View(StatusReport(AS_OF, partial=True, services=(ServiceStatus("onboarding", None, (slo,)),))))
    assert "1 provisional" in page.text
    card = "Provisional onboarding/a 63 % of the history is replayed so far: whether the objective is met is not known."
    assert card in page.text
    assert "Provisional 63 % of the history is replayed so far 99.9 % over 30 d ≈ 99.98 % 2 bad of 10" in page.text
    assert "≈ 80 %" in page.text
    assert "without data" not in page.text


def silent(severity: Severity, *, minutes: int, seen: datetime) -> Alert:
    """An alert for want of data, which began so long ago."""
    reason = Reason(ReasonCode.DATA_STOPPED, last_seen_at=seen)
    return Alert(severity, AS_OF - timedelta(minutes=minutes), reason, kind=AlertKind.NO_DATA)


def test_alerts_for_want_of_data_are_one_card_if_the_same_is_said() -> None:
    """How long each has fired and what was left of its budget is its own. That one is told with another is seen."""
    early, late = AS_OF - timedelta(minutes=42), AS_OF - timedelta(minutes=20)
    said = {
        "latency": silent(Severity.TICKET, minutes=30, seen=early),
        "availability": silent(Severity.TICKET, minutes=20, seen=early),
        "checkout": silent(Severity.PAGE, minutes=10, seen=early),
        "search": silent(Severity.TICKET, minutes=5, seen=late),
    }
    told_with = Quiet(QuietReason.FOLDED, "shop/latency")
    said |= {name: replace(said[name], quiet=told_with) for name in ("availability", "search")}
    slos = tuple(
        slo_status(name, service="shop", counts=Counts(bad=float(number), total=100_000), alerts=(alert,))
        for number, (name, alert) in enumerate(said.items())
    )
    report = StatusReport(AS_OF, partial=True, services=(ServiceStatus("shop", None, slos),))
    cards = overview(report, ()).attention
    alone = "Told in another alert's incident (shop/latency)."
    assert [(card.label, card.title, card.text.replace("\N{NO-BREAK SPACE}", " "), card.more) for card in cards] == [
        ("Page", "shop/checkout", "Nothing seen since 2026-11-22 02:18 UTC (42 min ago).", ""),
        ("Ticket", "shop: 2 SLOs", "Nothing seen since 2026-11-22 02:18 UTC (42 min ago).", "latency, availability."),
        ("Ticket", "shop/search", "Nothing seen since 2026-11-22 02:40 UTC (20 min ago).", alone),
    ]


def test_an_alert_whose_samples_have_stopped_is_said_to_stand_still() -> None:
    """It neither fires anew nor resolves, and nobody knows when the budget ends."""
    counts, stale = Counts(bad=900, total=100_000), NoData(timedelta(days=30), NoDataReason.STALE, 0.99)
    slo = slo_status("availability", counts=counts, ends_in=timedelta(hours=5), no_data=stale, alerts=(PAGE,))
    report = StatusReport(AS_OF, partial=True, services=(ServiceStatus("onboarding", None, (slo,)),))
    (card,) = overview(report, ()).attention
    assert card.more == "Samples have stopped arriving: the alert stays as it was until some come again."


def test_the_tab_says_how_bad_it_is() -> None:
    assert "<title>2 firing, 1 exhausted, 2 without data · sloguard</title>" in ask(app_of(), "/").text


def test_a_row_has_every_number() -> None:
    text = page_of(RUNNING).text
    assert "888 bad of 1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567" in ask(app_of(), "/").text
    assert "99.93 %" in text
    assert "≈ 92.41 %" in text


def test_when_all_is_well_it_says_so() -> None:
    slo = slo_status("availability", counts=Counts(bad=1, total=100_000))
    report = StatusReport(AS_OF, partial=False, services=(ServiceStatus("onboarding", None, (slo,)),))
    page = page_of(View(report))
    assert "Nothing. No alert is firing" in page.text
    assert "all within their budgets" in page.text
    assert "approximation" not in page.text


def test_without_services_it_says_what_to_do() -> None:
    assert "No services are declared." in page_of(View(StatusReport(AS_OF, partial=False, services=()))).text


def test_before_the_first_evaluation_it_says_so_and_why() -> None:
    assert "Nothing has been evaluated yet" in page_of(STARTING).text
    assert "What holds it up" not in page_of(STARTING).text
    text = page_of(View(None, (AWAY,))).text
    assert "What holds it up" in text
    assert "Connection refused by http://127.0.0.1:9090." in text


def test_who_stands_by_shows_what_the_store_has_and_says_who_evaluates() -> None:
    page = page_of(replace(RUNNING, leader=ANOTHER))
    assert "Standing by: there (process 4242) evaluates. This page shows what the store has." in page.text
    assert "Standing by" not in page_of(RUNNING).text
    assert len(page.tags) == len(page_of(RUNNING).tags) + 1, "all the rest is there, too"


def test_a_part_that_does_not_work_comes_before_all_else() -> None:
    text = page_of(View(every_state(), (*WELL, HealthCheck("evaluation", ok=False, detail="Late by 4 min.")))).text
    assert text.index("evaluation does not work Late by 4 min.") < text.index("onboarding/availability")


def test_it_needs_nothing_from_elsewhere_and_no_script() -> None:
    page = page_of(RUNNING)
    loaded = [*page.attributes("link", "href"), *page.attributes("img", "src"), *page.attributes("script", "src")]
    assert loaded
    assert all(address.startswith("./static/") for address in loaded)
    assert all(ask(app_of(), address.removeprefix(".")).status_code == 200 for address in loaded)
    assert not {"script", "style", "iframe", "form"} & {tag for tag, _ in page.tags}
    assert not any(name == "style" or name.startswith("on") for _, names in page.shape for name in names)
    css = ask(app_of(), "/static/style.css").text
    assert "http" not in css
    assert "url(" not in css
    assert "@import" not in css


def test_it_reloads_by_itself() -> None:
    assert page_of(RUNNING).attributes("meta", "content")[-1] == "30"
    assert page_of(STARTING).attributes("meta", "content")[-1] == "5"


def test_it_can_be_read_by_ear() -> None:
    page = page_of(RUNNING)
    assert page.attributes("html", "lang") == ["en"]
    tags = [tag for tag, _ in page.tags]
    assert tags.count("main") == tags.count("h1") == 1
    assert {"header", "nav", "footer"} <= set(tags)
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = page.attributes("section", "aria-labelledby") + page.attributes("table", "aria-labelledby")
    assert set(labelled) <= set(ids)
    assert len(page.attributes("img", "alt")) == tags.count("img")


def test_bars_stay_within_their_frame() -> None:
    widths = page_of(RUNNING).attributes("rect", "width")[1::2]
    assert widths == ["28.07", "20.00", "0.00", "92.41", "0.00", "97.00", "100.00", "0.00"]
    assert all(0 <= float(width) <= 100 for width in widths)


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


_SURFACES = ("ground", "surface")
_INKS = ("ink", "quiet", "link", "good-ink", "low-ink", "bad-ink")
_TAGS = (("good-ink", "good-ground"), ("low-ink", "low-ground"), ("bad-ink", "bad-ground"), ("mute-ink", "mute-ground"))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), [*_TAGS, *((ink, ground) for ink in _INKS for ground in _SURFACES)])
def test_text_stands_out_from_its_ground(scheme: int, ink: str, ground: str) -> None:
    css = ask(app_of(), "/static/style.css").text
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css.split(":root", 2)[1 + scheme]))
    darker, lighter = sorted((_luminance(colours[ink]), _luminance(colours[ground])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


@given(any_report)
@settings(max_examples=50, deadline=None)
def test_any_report_is_a_page(report: StatusReport) -> None:
    page = Reader(render("overview.html", page=overview(report, ())))
    assert page.attributes("table", "role") == ["table" for service in report.services if service.slos]
    assert all(safe_link(href) for href in page.attributes("a", "href") if not href.startswith("./"))


_HOSTILE = st.text(alphabet="<>&'\"`/\\{}%#=;: abcsriptonclk()-!\n\t\N{RIGHT-TO-LEFT OVERRIDE}é", min_size=1).map(
    lambda text: f"x{text}x"
) | st.sampled_from(
    (
        "x<script>alert(1)</script>x",
        '" onmouseover="alert(1)',
        "x'><img src=q onerror=alert(1)>x",
        "x{{ 7*7 }}x",
        "x-->x",
    )
)


def _page_saying(text: str) -> str:
    slo = slo_status(
        text,
        service=text,
        counts=Counts(bad=1, total=10),
        alerts=(PAGE,),
        description=text,
        runbook_url="https://a.example",
    )
    excluded = replace(exclusion(0, 60), scope=text, author=text, reason=text)
    corrected = replace(correction(0, 60, 1, 1), slo_id=text, author=text, reason=text)
    slo = replace(slo, owner=text, adjusted=Adjusted((excluded, corrected), timedelta(hours=1), 1.0, 2.0))
    service = ServiceStatus(text, None, (slo,), owner=f"{text}.", description=text)
    report = StatusReport(AS_OF, partial=False, services=(service,))
    return render("overview.html", page=overview(report, (HealthCheck(text, ok=False, detail=text),)))


@given(_HOSTILE)
@settings(max_examples=100, deadline=None)
def test_whatever_names_and_descriptions_say_stays_text(text: str) -> None:
    page = Reader(_page_saying(text))
    assert page.shape == Reader(_page_saying("plain")).shape
    assert "".join(page.said).count(text) >= 15


def test_what_was_excluded_and_corrected_is_told_with_its_reason() -> None:
    adjusted = Adjusted((replace(exclusion(0, 7200, "onboarding/*"), number=3),), timedelta(hours=2), 12.0, 600.0)
    slo = replace(slo_status("availability", counts=Counts(bad=1, total=10)), adjusted=adjusted)
    report = StatusReport(AS_OF, partial=False, services=(ServiceStatus("onboarding", None, (slo,)),))
    said = " ".join(" ".join(page_of(View(report)).said).split())
    assert "adjusted: −600 events, −12 bad, without 2 h" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "Exclusion 3 of onboarding/*: 1970-01-01 00:00 UTC to 1970-01-01 02:00 UTC, does not count. ada:" in said
    assert "the load test" in said
    assert "Exclusions and corrections" not in " ".join(page_of(RUNNING).said)


@pytest.mark.parametrize(
    "url", ["https://runbooks.example.com/a?b=c#d", "http://127.0.0.1:8080/x", "https://[::1]/", "HTTPS://a.example"]
)
def test_addresses_of_the_web_become_links(url: str) -> None:
    assert safe_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "https:///x",
        "https://",
        "http://[::1",
        "java\nscript:alert(1)",
        "https://a.example/\nx",
        "https://a.example/ x",
        "\x00https://a.example",
        "ftp://a.example/x",
        "runbook.md",
    ],
)
def test_nothing_else_becomes_a_link(url: str) -> None:
    assert safe_link(url) == ""
    slo = slo_status("availability", counts=Counts(bad=1, total=10), alerts=(PAGE,), runbook_url=url)
    report = StatusReport(AS_OF, partial=False, services=(ServiceStatus("onboarding", None, (slo,)),))
    links = page_of(View(report)).attributes("a", "href")
    assert all(link.startswith("./") for link in links)


@pytest.mark.parametrize(
    ("path", "home"),
    [
        ("/nothing", "./"),
        ("/favicon.ico", "./"),
        ("/static/nothing.css", "../"),
        ("/static/..%2fapp.py", "../"),
        ("/slo/a/b?c=/d/", "../../"),
        ("/a%2Fb", "./"),
        ("/apiary", "./"),
    ],
)
def test_an_unknown_path_is_a_page_that_leads_back(path: str, home: str) -> None:
    answer = ask(app_of(), path)
    assert answer.status_code == 404
    page = Reader(answer.text)
    assert "There is nothing at this address." in page.text
    assert page.attributes("a", "href")[0] == home


@given(st.lists(st.text("abc", min_size=1), max_size=5), st.booleans())
def test_the_way_back_leads_to_the_root(folders: list[str], slash: bool) -> None:
    path = "/" + "/".join(folders) + ("/" if slash and folders else "")
    for prefix in ("", "/behind/a/proxy"):
        assert urljoin(f"http://sloguard.test{prefix}{path}", f"{way_back(path)}/") == f"http://sloguard.test{prefix}/"
