"""What any screen can export: a report, a link to it, a recording."""
