"""Runs the console by ``python -m aiops_tui``."""

import sys

from aiops_tui.cli import main

sys.exit(main())
