"""`python -m galdask` is the command `galdask`."""

import sys

from galdask.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
