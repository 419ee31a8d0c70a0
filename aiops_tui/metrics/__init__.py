"""Pure functions of Polars frames: cells of the rollups in, panels out."""
