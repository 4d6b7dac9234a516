"""The tree of errors. Each class owns the exit code that the command line ends with."""


class SloguardError(Exception):
    """Something a user can understand and mend; its text says what is wrong and what to do."""

    exit_code = 1


class UsageError(SloguardError):
    """The command line itself is wrong."""

    exit_code = 2


class OutputError(SloguardError):
    """A generated file cannot be read or written."""


class StoreError(SloguardError):
    """The store cannot be used: missing, locked, corrupt, or newer than this program."""

    exit_code = 3


class StoreUrlError(StoreError):
    """What was given for a store can be none."""

    exit_code = 2


class LeaseLostError(Exception):
    """Another daemon evaluates on the store now; nothing was written.

    Nobody has to mend anything: who meets it drops what it was doing. So it is no SloguardError.
    """


class PublishError(SloguardError):
    """A ruler or Grafana cannot be used, or does not do what it is asked."""

    exit_code = 3


class PublishConflictError(PublishError):
    """Somebody else has changed what was to be changed."""

    exit_code = 1


class PrometheusError(SloguardError):
    """Prometheus did not give a usable answer."""

    exit_code = 3
    retryable = False


class PrometheusUnavailableError(PrometheusError):
    """It could not be reached, was overloaded, or answered only in part: the same query may succeed later."""

    retryable = True


class UnwatchedError(PrometheusUnavailableError):
    """The replicas that answer were not watching at the instant from which is counted."""

    retryable = False


class QueryRejectedError(PrometheusError):
    """Prometheus refuses the query itself."""


class QueryTimeoutError(QueryRejectedError):
    """The query takes Prometheus longer than it may; a smaller one may pass."""
