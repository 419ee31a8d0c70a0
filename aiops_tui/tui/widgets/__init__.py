"""The parts that panes are built of: each draws lines of spans and repaints only what changed."""
