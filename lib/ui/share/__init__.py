"""What any screen can take along: a report, a link, a recording."""
