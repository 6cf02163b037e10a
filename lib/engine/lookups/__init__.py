"""Requests to the gateway besides replies: its models, the balance of a key, an examination."""
