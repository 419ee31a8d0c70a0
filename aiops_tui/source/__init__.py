"""Everything that is asked of the monitored database, all of it reading, and the log files beside it."""
