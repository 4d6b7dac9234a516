"""`python -m sloguard`."""

from sloguard.cli import main

if __name__ == "__main__":
    main()
