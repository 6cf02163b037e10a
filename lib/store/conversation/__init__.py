"""Chats: their messages, what is attached, what is found in them."""
