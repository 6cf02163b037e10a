"""What is sent to gateways and read of their answers. The only folder that imports openai."""
