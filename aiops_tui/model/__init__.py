"""The vocabulary that all rooms share: plain frozen values, no I/O, no wording."""
