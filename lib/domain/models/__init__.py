"""Models and the way to them: connections, prices, what a model can do."""
