"""Conversations: messages in a tree, attachments, exports."""
