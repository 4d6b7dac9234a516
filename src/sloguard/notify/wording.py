"""The texts of messages: a team's own templates, and the built-in ones behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import structlog

from sloguard.model.delivery import Notification
from sloguard.presentation.messages import DEFAULTS, MessageTemplateError, MessageText, render

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wording:
    """Attributes:
    own: templates that replace built-in ones.
    """

    own: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, which: MessageText, notification: Notification, escape: Callable[[str], str] = str) -> str:
        """One text of a notification, whose values have gone through `escape`.

        Templates were tried when the configuration was read. One that fails all the same, with a rare value, is
        told of in the log and gives way to the built-in text: no page is lost to its ornament.
        """
        incident, kind = notification.incident, notification.kind
        if which in self.own:
            try:
                return render(self.own[which], incident, kind, escape)
            except MessageTemplateError as fault:
                _log.warning("message_template_failed", template=which.value, slo=incident.slo_id, why=fault.why)
        return render(DEFAULTS[which], incident, kind, escape)
