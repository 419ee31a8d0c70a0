"""Text for people: making it printable, measuring it, writing figures and times, and the wording in each language."""
