"""What happens when a process dies or the database cannot be written."""
