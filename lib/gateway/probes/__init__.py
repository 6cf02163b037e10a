"""The checks of the doctor: of the connection, and of what a model can do."""
