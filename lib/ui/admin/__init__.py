"""The admin pages: people, models, connection, notices, sharing, storage, health, the audit log."""
