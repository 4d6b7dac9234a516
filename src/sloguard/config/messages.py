"""Templates of messages: read from their files, and tried with examples before anybody is paged with them."""

from collections.abc import Mapping

from sloguard.config.codes import settings
from sloguard.config.named_files import NamedFiles
from sloguard.config.report import Report
from sloguard.config.schema.surroundings import MessagesEntry
from sloguard.config.shape import name_of
from sloguard.presentation.example import EXAMPLES
from sloguard.presentation.messages import MessageTemplateError, tried


def message_templates(entry: MessagesEntry, files: NamedFiles, report: Report) -> Mapping[str, str]:
    """The templates by name; those that cannot be used are reported and left out."""
    templates: dict[str, str] = {}
    for name in entry.model_fields_set:
        file = getattr(entry, name)
        path = ("messages", name)
        text = files.text(file, path, settings.MESSAGE_TEMPLATE) if file else None
        if text is None:
            continue
        try:
            tried(text, EXAMPLES)
        except MessageTemplateError as error:
            where = f" in its line {error.line}" if error.line else ""
            what = f"{name_of(path)} cannot be used{where}: {error.why}"
            report.at(settings.MESSAGE_TEMPLATE, path, what, "Which values there are stands in docs/messages.md.")
        else:
            templates[name] = text
    return templates
