"""The models page and the doctor."""
