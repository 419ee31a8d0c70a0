"""One style sheet for each screen."""

from pathlib import Path

STYLES = Path(__file__).parent
