"""The case on disk, jobs, the verbs, provenance, report and command line. No Qt (only __main__ starts the window)."""
