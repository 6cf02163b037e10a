"""The database itself: opened, migrated, watched. Each noun has its module beside this folder."""
