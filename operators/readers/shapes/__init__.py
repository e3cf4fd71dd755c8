"""Makes conversations and preferences of records, by the shapes in which chats are published."""
