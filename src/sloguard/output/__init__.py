"""Generated files on disk: what differs, and replacing all of them or none."""

from sloguard.output.compare import ComparedFile, FileState, compare, unified_diff
from sloguard.output.replace import finish_interrupted, write_files

__all__ = ["ComparedFile", "FileState", "compare", "finish_interrupted", "unified_diff", "write_files"]
