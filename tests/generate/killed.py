"""Writes files and kills itself in the middle. Arguments: directory, which operation on files it dies before."""

import os
import signal
import sys
from pathlib import Path

from sloguard.output import write_files


def main() -> None:
    directory, deadly = Path(sys.argv[1]), int(sys.argv[2])
    seen = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in {"os.rename", "os.remove"}:
            seen += 1
            if seen == deadly:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    write_files(directory, {"a.txt": "new", "folder/b.txt": "new", "c.txt": "new"}, ["gone.txt"])


if __name__ == "__main__":
    main()
