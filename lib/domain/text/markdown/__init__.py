"""What a model's markdown may hold, a module a thing: the page and the reports share it."""
