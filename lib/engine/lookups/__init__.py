"""What the gateway is asked besides replies: its models, what is left to spend, an examination."""
