"""The elements of a model's markdown, one module each, for the page and the reports."""
