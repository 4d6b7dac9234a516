"""Run as a program: claims and delivers until nothing is left. Usage: claiming.py URL WORKER; prints the ids."""

import sys
from datetime import timedelta

from sloguard.model.delivery import Delivered
from sloguard.store import open_store
from tests.support.incidents import NOON


def main(url: str, worker: str) -> None:
    store = open_store(url)
    input()  # all workers start at the same word
    while store.outbox.depth()["pending"]:
        for entry in store.outbox.claim(worker, NOON, timedelta(minutes=1), 3):
            sys.stdout.write(f"{entry.id}\n")
            store.outbox.record(entry, Delivered(), NOON, None)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
