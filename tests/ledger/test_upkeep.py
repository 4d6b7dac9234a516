"""What limits the rolling up of each SLO."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sloguard.ledger.plan import ledger_key
from sloguard.ledger.upkeep import finenesses, of_groups, roll_ups
from sloguard.model.composite import CompositeIndicator, Member
from sloguard.model.retention import Retention
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.timeslices import Timeslices
from sloguard.model.window import CalendarWindow, Period
from sloguard.ports import LedgerKey
from tests.support.adjustments import correction, exclusion
from tests.support.slos import make_slo

DAY = 86_400
NOW = 1_795_000_000
YEAR = CalendarWindow(Period.YEAR, "Europe/Paris")


def slo(name: str) -> Slo:
    return make_slo(
        name, EventsIndicator(total=(f'requests_total{{slo="{name}"}}',), bad=("errors_total",)), service="shop"
    )


PLAIN = slo("plain")
SLICED = replace(slo("sliced"), timeslices=Timeslices(timedelta(minutes=15), Decimal("0.9")))
TENANTS = replace(slo("tenants"), group_by=("tenant",))


def test_slos_that_are_alike_are_rolled_up_together() -> None:
    other = slo("other")
    orders = roll_ups(finenesses([PLAIN, SLICED, other], ()), Retention(), 60, NOW)
    together = frozenset({ledger_key(PLAIN), ledger_key(other)})
    alone = frozenset({ledger_key(SLICED)})
    assert [(frozenset(order.keys), order.step) for order in orders if len(order.keys) > 1] == [
        (together, 300),
        (together, 3_600),
        (together, DAY),
    ]
    assert [(frozenset(order.keys), order.step) for order in orders if len(order.keys) == 1] == [
        (alone, 300),
        (alone, 900),
        (alone, 900),
    ]


def test_a_composites_periods_are_those_of_its_members() -> None:
    members = (Member("shop/plain", Decimal(1)), Member("shop/sliced", Decimal(1)))
    whole = replace(slo("whole"), indicator=CompositeIndicator(members), window=YEAR)
    fine = finenesses([PLAIN, SLICED, whole], ())
    assert {key.slo_id: each.calendars for key, each in fine.items()} == {
        PLAIN.id: frozenset({YEAR}),
        SLICED.id: frozenset({YEAR}),
    }
    days = [order for order in roll_ups(fine, Retention(), 60, NOW) if order.step == DAY]
    assert [order.cuts for order in days] == [(1_767_222_000,)]


def test_groups_are_kept_as_their_template_and_strangers_as_they_are() -> None:
    template = ledger_key(TENANTS)
    group = template._replace(slo_id=template.slo_id + '{tenant="acme"}')
    generation, stranger = template._replace(fingerprint="before"), LedgerKey("gone/slo", "f")
    fine = of_groups(finenesses([TENANTS], ()), [group, generation, stranger])
    assert set(fine) == {group}


def test_slices_end_where_an_exclusion_begins_and_ends() -> None:
    """Rolled up, an hour of which ten minutes are excluded could only be told from the rest in proportion."""
    start = (NOW - 20 * DAY) // 3_600 * 3_600 + 600
    members = (Member("shop/plain", Decimal(1)),)
    whole = replace(slo("whole"), indicator=CompositeIndicator(members))
    for scope, cut in (
        ("shop/plain", {"shop/plain"}),
        ("shop/whole", {"shop/plain"}),
        ('shop/tenants{tenant="acme"}', {"shop/tenants"}),
        ("*", {"shop/plain", "shop/sliced", "shop/tenants"}),
        ("mall", set()),
    ):
        fine = finenesses([PLAIN, SLICED, TENANTS, whole], [exclusion(start, start + 600, scope)])
        assert {key.slo_id for key, each in fine.items() if each.bounds == {start, start + 600}} == cut, scope
        orders = [order for order in roll_ups(fine, Retention(), 60, NOW) if order.start <= start < order.end]
        assert {key.slo_id for order in orders if order.cuts == (start, start + 600) for key in order.keys} == cut
    corrected = finenesses([PLAIN], [correction(start, start + 600, 1, 1, "shop/plain")])
    assert not any(each.bounds for each in corrected.values()), "it is spread evenly anyway"
