"""Everything that is asked of the monitored database, all of it reading, and the log files beside it."""

from aiops_tui.source.sqlitememory import leave_uncounted

# Here, because it has to be before anything imports sqlite3.
leave_uncounted()
