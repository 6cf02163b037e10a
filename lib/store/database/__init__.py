"""The database itself: opened, migrated, watched. The nouns are the modules beside this folder."""
