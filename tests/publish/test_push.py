"""What is pushed is compared first, changed as a whole or not at all, and never over what others have changed."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest

from sloguard.errors import PublishConflictError, PublishError
from sloguard.model.publishing import GrafanaSettings, RulerSettings, ServerAccess
from sloguard.model.secret import Secret
from sloguard.publish import ChangeKind, Conflict, Grafana, Item, Plan, Ruler, carry_out, planned
from sloguard.publish.http import excerpt
from tests.support.publishing import TOKEN, Fault, Faults, GrafanaStandIn, RulerStandIn, StandIn

TAG = "ours"
FOLDER = "folder-1"


def group(name: str, expression: str = "sum(rate(x[5m]))") -> Item:
    rules = [
        {"record": "a:b", "expr": expression, "labels": {"slo_id": name}},
        {"alert": "Burn", "expr": "a:b > 1", "for": "0s", "labels": {"severity": "page"}},
    ]
    return Item(name, {"name": name, "interval": "60s", "rules": rules}, expression)


def board(name: str, title: str = "Shop") -> Item:
    return Item(name, {"uid": name, "title": title, "tags": [TAG], "panels": []}, title)


@dataclass
class World:
    """Both servers, and what is wanted of them."""

    ruler: RulerStandIn
    grafana: GrafanaStandIn
    pauses: list[float] = field(default_factory=list)
    token: str = TOKEN

    def targets(self) -> tuple[Ruler, Grafana]:
        token, soon = Secret(self.token), timedelta(seconds=2)
        ruler = ServerAccess(f"{self.ruler.url}/prometheus", bearer_token=token, timeout=soon)
        grafana = ServerAccess(self.grafana.url, bearer_token=token, timeout=soon)
        return (
            Ruler(RulerSettings(ruler, "our slos"), self.pauses.append),
            Grafana(GrafanaSettings(grafana, "SLOs"), TAG, self.pauses.append),
        )

    def plans(
        self, groups: Sequence[Item], boards: Sequence[Item], *, prune: bool = False, force: bool = False
    ) -> tuple[Plan, Plan]:
        ruler, grafana = self.targets()
        return (
            planned(ruler, groups, prune=prune, force=force),
            planned(grafana, boards, prune=prune, force=force),
        )

    def apply(
        self, groups: Sequence[Item], boards: Sequence[Item], *, prune: bool = False, force: bool = False
    ) -> tuple[Plan, Plan]:
        plans = self.plans(groups, boards, prune=prune, force=force)
        assert not any(plan.conflicts for plan in plans)
        carry_out([change for plan in plans for change in plan.changes])
        return plans

    def state(self) -> object:
        return self.ruler.state(), self.grafana.state()


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[RulerStandIn, GrafanaStandIn]]:
    with RulerStandIn() as ruler, GrafanaStandIn() as grafana:
        yield ruler, grafana


@pytest.fixture
def world(servers: tuple[RulerStandIn, GrafanaStandIn]) -> World:
    for server in servers:
        server.forget()
    return World(*servers)


BEFORE = ([group("shop/fast"), group("shop/slow"), group("gone/fast")], [board("shop"), board("gone")])
AFTER = (
    [group("shop/fast", "sum(rate(y[5m]))"), group("shop/slow"), group("new/fast")],
    [board("shop", "New"), board("new")],
)


def kinds(plan: Plan) -> dict[str, ChangeKind]:
    return {change.name: change.kind for change in plan.changes}


def test_the_first_creates_and_the_second_has_nothing_to_do(world: World) -> None:
    rules, boards = world.apply(*BEFORE)
    assert set(kinds(rules).values()) == set(kinds(boards).values()) == {ChangeKind.CREATE}
    assert world.grafana.folders == {FOLDER: "SLOs"}
    before, made = world.state(), world.ruler.changes + world.grafana.changes
    again = world.apply(*BEFORE)
    assert [plan.changes for plan in again] == [(), ()]
    assert [plan.current for plan in again] == [3, 2]
    assert (world.state(), world.ruler.changes + world.grafana.changes) == (before, made)


def test_only_what_differs_is_changed_and_what_is_gone_is_named(world: World) -> None:
    world.apply(*BEFORE)
    rules, boards = world.apply(*AFTER)
    assert kinds(rules) == {"shop/fast": ChangeKind.UPDATE, "new/fast": ChangeKind.CREATE}
    assert kinds(boards) == {"shop": ChangeKind.UPDATE, "new": ChangeKind.CREATE}
    assert (rules.orphans, boards.orphans) == (("gone/fast",), ("gone",))
    assert "gone/fast" in world.ruler.namespaces["our slos"]
    world.apply(*AFTER, prune=True)
    assert sorted(world.ruler.namespaces["our slos"]) == ["new/fast", "shop/fast", "shop/slow"]
    assert sorted(world.grafana.dashboards) == ["new", "shop"]


def test_what_others_have_made_is_not_even_named(world: World) -> None:
    world.ruler.namespaces["our slos"] = {"theirs": {"name": "theirs", "interval": "1m", "rules": []}}
    world.grafana.folders[FOLDER] = "SLOs"
    world.grafana.save({"uid": "theirs", "title": "Theirs", "tags": [TAG]}, FOLDER, "by hand")
    rules, boards = world.apply(*BEFORE, prune=True)
    assert "theirs" not in {*kinds(rules), *kinds(boards), *rules.orphans, *boards.orphans}


def change_by_hand(world: World) -> None:
    changed = copy.deepcopy(world.ruler.namespaces["our slos"]["shop/fast"])
    changed["rules"][1]["expr"] = "a:b > 2"
    world.ruler.namespaces["our slos"]["shop/fast"] = changed
    world.grafana.save({**world.grafana.dashboards["shop"], "title": "By hand"}, FOLDER, "wider")


def test_what_somebody_has_changed_is_refused_until_it_is_taken_over(world: World) -> None:
    world.apply(*BEFORE)
    change_by_hand(world)
    rules, boards = world.plans(*AFTER)
    assert rules.conflicts == {"shop/fast": Conflict.CHANGED}
    assert boards.conflicts == {"shop": Conflict.CHANGED}
    world.apply(*AFTER, force=True)
    assert [plan.changes for plan in world.plans(*AFTER)] == [(), ()]


def test_a_name_that_is_taken_is_refused(world: World) -> None:
    world.ruler.namespaces["our slos"] = {"shop/fast": {"name": "shop/fast", "interval": "1m", "rules": []}}
    world.grafana.folders["other"] = "Other"
    world.grafana.save({"uid": "shop", "title": "Shop"}, "other", "by hand")
    rules, boards = world.plans(*BEFORE)
    assert rules.conflicts == {"shop/fast": Conflict.FOREIGN}
    assert boards.conflicts == {"shop": Conflict.FOREIGN}


def test_what_somebody_has_changed_is_not_pruned(world: World) -> None:
    world.apply(*BEFORE)
    groups = world.ruler.namespaces["our slos"]
    groups["gone/fast"] = {**groups["gone/fast"], "interval": "5m"}
    rules, _ = world.plans(*AFTER, prune=True)
    assert rules.conflicts == {"gone/fast": Conflict.CHANGED}


def test_what_was_loaded_by_other_means_but_is_the_same_needs_nothing(world: World) -> None:
    world.ruler.namespaces["our slos"] = {item.name: {**item.content, "interval": "1m"} for item in BEFORE[0]}
    rules, _ = world.plans(*BEFORE)
    assert (rules.changes, rules.conflicts) == ((), {})


ATTEMPTS = 3
AT_ONCE = {Fault.REFUSED, Fault.UNAUTHORIZED}
"""A second attempt would be no better."""
STEPS = range(1, 7)
"""Changing requests of the second apply: two groups created or updated, one removed, and likewise dashboards."""


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("step", STEPS)
def test_a_failure_at_any_step_leaves_all_as_it_was(world: World, step: int, fault: Fault) -> None:
    world.apply(*BEFORE)
    before = world.state()
    plans = world.plans(*AFTER, prune=True)
    assert sum(len(plan.changes) for plan in plans) == len(STEPS)
    server: StandIn = world.ruler if step <= 3 else world.grafana
    server.faults = Faults(at=(step - 1) % 3 + 1, fault=fault, times=1 if fault in AT_ONCE else ATTEMPTS)
    changes = [change for plan in plans for change in plan.changes]
    if fault is Fault.CUT_AFTER:
        carry_out(changes)  # only answers were lost
        assert [plan.changes for plan in world.plans(*AFTER, prune=True)] == [(), ()]
        return
    with pytest.raises(PublishError, match="Nothing has changed") as raised:
        carry_out(changes)
    assert TOKEN not in str(raised.value)
    assert world.state() == before
    assert not any(plan.conflicts for plan in world.plans(*AFTER, prune=True)), "it can be tried again"


def test_the_first_apply_leaves_nothing_behind_when_it_fails(world: World) -> None:
    plans = world.plans(*BEFORE)
    world.grafana.faults = Faults(at=3, fault=Fault.REFUSED)
    with pytest.raises(PublishError, match="Nothing has changed"):
        carry_out([change for plan in plans for change in plan.changes])
    assert world.state() == ({}, ({}, {}, {})), "not even the folder"


def test_what_cannot_be_put_back_is_said(world: World) -> None:
    world.apply(*BEFORE)
    plans = world.plans(*AFTER)
    world.ruler.faults = Faults(at=2, fault=Fault.REFUSED, never_again=True)
    with pytest.raises(PublishError, match="could not all be put back: rule group shop/fast: it may be as it should"):
        carry_out([change for plan in plans for change in plan.changes])


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.UNAVAILABLE, Fault.CUT, Fault.CUT_AFTER])
def test_what_passes_is_waited_for(world: World, fault: Fault) -> None:
    world.ruler.faults = Faults(at=1, fault=fault, times=1)
    world.grafana.faults = Faults(at=2, fault=fault, times=1)
    world.apply(*BEFORE)
    assert [plan.changes for plan in world.plans(*BEFORE)] == [(), ()]
    assert world.pauses == ([7.0, 7.0] if fault is Fault.TOO_MANY else [1.0, 1.0])


def test_who_changes_something_at_the_same_moment_keeps_it(world: World) -> None:
    world.apply(*BEFORE)
    plans = world.plans(*AFTER)
    change_by_hand(world)
    before = world.state()
    for plan in plans:
        with pytest.raises(PublishConflictError, match="somebody else has changed it"):
            carry_out(plan.changes)
        assert world.state() == before


def test_grafana_itself_sees_who_came_first(world: World) -> None:
    world.apply(*BEFORE)
    _, boards = world.plans(*AFTER)
    stage = world.grafana

    def in_between() -> None:
        stage.before_change = lambda: None
        stage.save({**stage.dashboards["shop"], "title": "By hand"}, FOLDER, "wider")

    stage.before_change = in_between
    with pytest.raises(PublishConflictError, match="Grafana says that somebody else has changed it"):
        carry_out(boards.changes)
    assert stage.dashboards["shop"]["title"] == "By hand"


def test_an_interruption_takes_all_back(world: World) -> None:
    world.apply(*BEFORE)
    before = world.state()
    rules, boards = world.plans(*AFTER)

    class Interrupted(Grafana):
        def look(self, name: str) -> None:
            raise KeyboardInterrupt(name)

    boards.changes[0].target.__class__ = Interrupted
    with pytest.raises(KeyboardInterrupt):
        carry_out([*rules.changes, *boards.changes])
    assert world.state() == before


@pytest.mark.parametrize("limit", [70, 2])
def test_a_rulers_limit_is_told_in_its_words(world: World, limit: int) -> None:
    world.ruler.most_groups = limit
    rules, _ = world.plans(*BEFORE)
    if limit == 70:
        carry_out(rules.changes)
        return
    with pytest.raises(PublishError, match=r"rule groups limit \(limit: 2\) exceeded.*Nothing has changed"):
        carry_out(rules.changes)
    assert not world.ruler.state()


def test_wrong_credentials_are_named_and_not_shown(world: World) -> None:
    world.token = "wr0ng"
    for target in world.targets():
        with pytest.raises(PublishError, match=r"refuses us \(401\). Check its credentials") as raised:
            planned(target, [], prune=False, force=False)
        assert "wr0ng" not in str(raised.value)


def test_a_server_that_is_something_else(world: World) -> None:
    token = Secret(TOKEN)
    ruler = Ruler(RulerSettings(ServerAccess(f"{world.grafana.url}/api/search?x=", bearer_token=token)), lambda _: None)
    grafana = Grafana(GrafanaSettings(ServerAccess(world.ruler.url, bearer_token=token)), TAG, lambda _: None)
    for target in (ruler, grafana):
        with pytest.raises(PublishError, match=r"url|answered"):
            planned(target, BEFORE[0], prune=False, force=False)


def test_a_page_for_people_is_quoted_by_its_words() -> None:
    page = "<html><head><style>p {color: red}</style><title>Oops</title></head>\n<p>Not <b>here</b></p></html>"
    answer = httpx.Response(404, html=page)
    with httpx.Client(transport=httpx.MockTransport(lambda _: answer)) as http:
        assert excerpt(http.get("http://a.example/")) == "'Oops Not here'"
    assert excerpt(httpx.Response(500, text="first\n  second")) == "'first second'"
    assert excerpt(httpx.Response(503)) == "Service Unavailable"


def test_nobody_there() -> None:
    access = ServerAccess("http://127.0.0.1:1")
    for target in (Ruler(RulerSettings(access), lambda _: None), Grafana(GrafanaSettings(access), TAG, lambda _: None)):
        with pytest.raises(PublishError, match="cannot be reached"):
            planned(target, [], prune=False, force=False)
