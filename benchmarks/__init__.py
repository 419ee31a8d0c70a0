"""What the console costs, as ratios measured side by side in one run: ``python -m benchmarks --help``."""
