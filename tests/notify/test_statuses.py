"""Every kind of answer, through every receiver's real SDK: accepted, to be tried again, or refused."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from sloguard.demo.prometheus import free_port
from sloguard.demo.receivers import PagerDutyStandIn
from sloguard.demo.receivers.server import StandIn
from sloguard.model.delivery import Delivered, DeliveryResult, NotificationKind, Rejected, Retry
from sloguard.notify import build_receivers
from sloguard.notify.registry import KINDS
from sloguard.ports import Receiver
from tests.notify.matrix import CASES, SECRETS, Case
from tests.support.incidents import entry, notification


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
def stand_in(case: Case) -> Iterator[StandIn]:
    with case.stand_in() as server:
        yield server


@pytest.fixture
def receiver(case: Case, stand_in: StandIn) -> Receiver:
    (built,) = build_receivers((case.declared(stand_in.url),)).values()
    return built


@pytest.fixture(autouse=True)
def no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield
    said = "\n".join(record.getMessage() for record in caplog.get_records("call"))
    assert not [secret for secret in SECRETS if secret in said]


def send(receiver: Receiver) -> DeliveryResult:
    result = receiver.send(entry(notification(NotificationKind.TRIGGER)))
    assert not [secret for secret in SECRETS if secret in repr(result)]
    return result


def test_every_kind_of_receiver_is_in_the_matrix() -> None:
    assert {type(case.declared("http://127.0.0.1")) for case in CASES} == set(KINDS)


def test_an_accepted_message(receiver: Receiver, stand_in: StandIn) -> None:
    assert isinstance(send(receiver), Delivered)
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422])
def test_a_refusal_is_not_repeated(receiver: Receiver, stand_in: StandIn, status: int) -> None:
    stand_in.fail_next(status, body=b"no")
    result = send(receiver)
    assert isinstance(result, Rejected)
    assert str(status) in result.why


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again_by_the_outbox_alone(receiver: Receiver, stand_in: StandIn, status: int) -> None:
    stand_in.fail_next(status)
    began = time.monotonic()
    result = send(receiver)
    assert isinstance(result, Retry)
    assert str(status) in result.why
    assert result.after is None
    assert len(stand_in.requests) == 1, "the SDK tried again by itself"
    assert time.monotonic() - began < 1, "the SDK slept"


@pytest.mark.parametrize(("text", "after"), [("7", timedelta(seconds=7)), ("soon", None)])
def test_the_wait_that_is_asked_for(receiver: Receiver, stand_in: StandIn, text: str, after: timedelta | None) -> None:
    stand_in.fail_next(429, headers={"Retry-After": text})
    result = send(receiver)
    assert isinstance(result, Retry)
    assert result.after == after


@pytest.mark.parametrize(
    "body", [b"", b"<html>login</html>", b"\xff\xfe", b"[1]", b'"ok"', b"null", b"{}", b"[" * 100_000]
)
def test_an_answer_that_is_not_the_services_is_tried_again(receiver: Receiver, stand_in: StandIn, body: bytes) -> None:
    stand_in.fail_next(200, body=body)
    assert isinstance(send(receiver), Retry)


def test_a_connection_that_is_reset(receiver: Receiver, stand_in: StandIn) -> None:
    stand_in.drop_next()
    result = send(receiver)
    assert isinstance(result, Retry)
    assert "could not be reached: Connection reset by peer" in result.why
    assert len(stand_in.requests) == 1


def test_nobody_at_home(case: Case) -> None:
    (receiver,) = build_receivers((case.declared(f"http://127.0.0.1:{free_port()}"),)).values()
    began = time.monotonic()
    result = send(receiver)
    assert isinstance(result, Retry)
    assert "could not be reached: Connection refused" in result.why
    assert time.monotonic() - began < 1


def test_an_unknown_host(case: Case) -> None:
    (receiver,) = build_receivers((case.declared("http://receiver.invalid"),)).values()
    result = send(receiver)
    assert isinstance(result, Retry)
    assert "could not be reached" in result.why


def test_an_answer_that_comes_too_late(case: Case, stand_in: StandIn) -> None:
    (receiver,) = build_receivers((case.declared(stand_in.url),), timeout_seconds=1).values()
    stand_in.delay_next(5)
    result = send(receiver)
    assert isinstance(result, Retry)
    assert result.why.endswith("could not be reached: no answer in time")
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_credential_goes_to_no_other_address(receiver: Receiver, stand_in: StandIn, status: int) -> None:
    with PagerDutyStandIn() as elsewhere:
        stand_in.fail_next(status, headers={"Location": f"{elsewhere.url}/v2/enqueue"})
        assert not isinstance(send(receiver), Delivered)
        assert not [secret for request in elsewhere.requests for secret in SECRETS if secret in repr(request)]
