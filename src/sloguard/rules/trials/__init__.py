"""Rule tests for promtool from the policies that the rules come from: when each tier fires, and when it must not."""

from sloguard.rules.trials.files import DIRECTORY, TrialFiles, is_generated, trial_files

__all__ = ["DIRECTORY", "TrialFiles", "is_generated", "trial_files"]
