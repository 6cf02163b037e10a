"""Elements that know nothing of chats: buttons, figures, charts, links."""
