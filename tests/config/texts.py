"""Files to load: small ones built around what a test is about, and the reference workload's."""

from collections.abc import Mapping
from pathlib import Path

from sloguard.config import Loaded, load_text
from sloguard.config.codes.code import Code, Scope, example_file
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo

ROOT = Path(__file__).parent.parent.parent
REFERENCE = ROOT / "slo.yaml"
FILE = "slo.yaml"


def loaded(text: str | bytes, environ: Mapping[str, str] | None = None, base_dir: Path = ROOT) -> Loaded:
    content = text.encode() if isinstance(text, str) else text
    return load_text(content, FILE, environ or {}, base_dir)


def around(fragment: str, scope: Scope) -> str:
    """A whole file that holds a fragment, and is otherwise in order."""
    return example_file(Code("", "", "", "", fragment, scope))


def with_slo(fragment: str, environ: Mapping[str, str] | None = None) -> Loaded:
    return loaded(around(fragment, Scope.SLO), environ)


def with_top(fragment: str, environ: Mapping[str, str] | None = None, base_dir: Path = ROOT) -> Loaded:
    return loaded(around(fragment, Scope.TOP), environ, base_dir)


def codes_of(result: Loaded) -> list[str]:
    return [problem.code for problem in result.problems]


def only_slo(result: Loaded) -> Slo:
    """The SLO of a file that has no error."""
    (slo,) = configuration_of(result).slos
    return slo


def configuration_of(result: Loaded) -> Configuration:
    assert result.configuration is not None, "\n".join(map(str, result.problems))
    return result.configuration
