"""Which values of a file may be shown in messages: where credentials belong, only what is known to be none."""

from sloguard.config.nodes import Path

_SECTIONS = frozenset({"apply", "notify", "prometheus"})
_PUBLIC_KEYS = frozenset(
    {
        "url",
        "fallback_urls",
        "namespace",
        "folder",
        "scrape_interval",
        "timeout",
        "username",
        "tenant",
        "tls",
        "ca_file",
        "insecure_skip_verify",
        "channel",
        "api_url",
        "events_url",
        "token_file",
        "webhook_url_file",
        "routing_key_file",
        "bearer_token_file",
        "password_file",
        "api_token_file",
    }
)
_SECTIONS = frozenset({"notify", "prometheus", "web"})
"""Where credentials belong."""


def is_secret(path: Path) -> bool:
    """Whether the value may be a credential, its own or one that was written in the wrong place."""
    return bool(path) and path[0] in _SECTIONS and (path[-1] not in _PUBLIC_KEYS or "headers" in path)
