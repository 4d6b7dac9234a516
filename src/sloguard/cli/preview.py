"""`sloguard preview`: what on call would be sent, before anybody is."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sloguard.cli.logs import warnings_alone
from sloguard.cli.options import DEFAULT_CONFIG, ConfigOption, FormatOption, OutputFormat
from sloguard.errors import UsageError
from sloguard.model.delivery import NotificationKind
from sloguard.model.policy import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sloguard.app.preview import Preview
    from sloguard.model.settings import Configuration
    from sloguard.model.slo import Slo


_USUAL = (NotificationKind.TRIGGER, NotificationKind.UPDATE, NotificationKind.RESOLVE)


@warnings_alone()
def preview(
    slo: Annotated[
        str | None, typer.Argument(metavar="SLO", help="Whose alert: service/slo; by default the file's first.")
    ] = None,
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    severity: Annotated[Severity, typer.Option(help="How severe it is.")] = Severity.PAGE,
    event: Annotated[
        list[NotificationKind] | None,
        typer.Option(help="What happens to it; several may be given."),
    ] = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show the messages of an alert as its receivers would get them. The numbers are made up; nothing is sent."""
    from sloguard.app.preview import previews
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import print_json
    from sloguard.clock import utc_now

    configuration = load_or_exit(config)
    events = tuple(event or _USUAL)
    found = previews(configuration, _chosen(configuration, slo), severity, events, utc_now())
    if output is OutputFormat.JSON:
        print_json({"schema": "sloguard/preview/v1", "messages": [_document(each) for each in found]})
        return
    for each in found:
        for document in each.documents:
            typer.secho(f"── {each.receiver}, {each.event.value} ".ljust(72, "─"), bold=True)
            for line in _lines(document):
                typer.echo(line)
            typer.echo()


def _chosen(configuration: "Configuration", slo_id: str | None) -> "Slo":
    from difflib import get_close_matches

    if slo_id is None:
        return configuration.slos[0]
    by_id = {each.id: each for each in configuration.slos}
    if slo_id not in by_id:
        close = get_close_matches(slo_id[:200], by_id, n=1)
        do = f"Did you mean {close[0]}?" if close else "SLOs are named service/slo."
        raise UsageError(f"there is no SLO {ascii(slo_id)[1:-1][:80]} in the file. {do}")
    return by_id[slo_id]


def _document(each: "Preview") -> dict[str, object]:
    return {"receiver": each.receiver, "event": each.event.value, "documents": list(each.documents)}


def _lines(document: "Mapping[str, Any]") -> "Iterator[str]":
    """The words of a message, as plain text without anything that a terminal would act upon."""
    for text in _texts(document):
        for line in text.splitlines():
            yield "  " + "".join(each if each.isprintable() else " " for each in line)


def _texts(document: "Mapping[str, Any]") -> "Iterator[str]":
    if "blocks" in document:
        for block in document["blocks"]:
            yield from _block_texts(block)
        return
    yield f"{document['event_action']}  {document['dedup_key']}"
    payload = document.get("payload", {})
    if payload:
        yield f"{payload['severity']}: {payload['summary']}"
        yield from (f"{name}: {value}" for name, value in payload["custom_details"].items())
        yield from (f"{link['text']}: {link['href']}" for link in document["links"])


def _block_texts(block: "Mapping[str, Any]") -> "Iterator[str]":
    parts: Sequence[Mapping[str, str]] = [
        *filter(None, (block.get("text"),)),
        *block.get("fields", ()),
        *block.get("elements", ()),
    ]
    for part in parts:
        text = part["text"]
        yield text.replace("*\n", "*  ") if "fields" in block else text
