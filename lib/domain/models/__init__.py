"""Models and how to reach them: connections, prices, capabilities."""
