"""The wire: requests, the SSE reader, error translation and the model catalogue.

The only room that imports openai.
"""
