"""Asking promtool: whether rules are valid, and what they do to given series."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from sloguard.demo.prometheus import program


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an expression answers some time after the start: label sets (as PromQL writes them) with values."""

    expression: str
    at: str
    samples: Mapping[str, float]


def check_rules(rules: str, directory: Path) -> str:
    """Promtool's words about a rule file. Raises AssertionError if it does not accept it."""
    file = directory / "rules.yaml"
    file.write_text(rules, encoding="utf-8")
    done = subprocess.run(
        [program("promtool"), "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rule_test_problems(
    rules: str,
    directory: Path,
    series: Mapping[str, str],
    expectations: Sequence[Expectation],
    *,
    interval: str = "30s",
    alerts: Sequence[Mapping[str, object]] = (),
) -> str:
    """What promtool's unit test finds wrong; empty if all is as expected.

    Args:
        rules: text of the rule file.
        directory: for temporary files.
        series: values by series, in promtool's notation (`0+10x100`).
        expectations: of expressions.
        interval: between samples, and between evaluations of every group, whatever its own interval.
        alerts: of alerts with all their labels and annotations, as promtool writes `alert_rule_test`.
    """
    (directory / "rules.yaml").write_text(rules, encoding="utf-8")
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": interval,
        "tests": [
            {
                "interval": interval,
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": each.expression,
                        "eval_time": each.at,
                        "exp_samples": [{"labels": labels, "value": value} for labels, value in each.samples.items()],
                    }
                    for each in expectations
                ],
                "alert_rule_test": list(alerts),
            }
        ],
    }
    (directory / "test.yaml").write_text(yaml.safe_dump(test), encoding="utf-8")
    done = subprocess.run(
        [program("promtool"), "test", "rules", "test.yaml"], capture_output=True, text=True, check=False, cwd=directory
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
