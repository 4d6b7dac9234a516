"""Generated files on disk: what differs, and replacing all of them or none."""

from sloguard.output.compare import ComparedFile, FileState, compare, unified_diff
from sloguard.output.replace import write_files

__all__ = ["ComparedFile", "FileState", "compare", "unified_diff", "write_files"]
