"""Requests to gateways and their answers. The only folder that imports openai."""
