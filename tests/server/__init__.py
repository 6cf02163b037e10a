"""The real server, reached over its websocket and over HTTP."""
