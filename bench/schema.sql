-- What the yardsticks store, for the same work as Deskbell's.
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL);
CREATE TABLE chats (
    id TEXT PRIMARY KEY, customer_id INTEGER NOT NULL UNIQUE REFERENCES users,
    version INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
    last_message TEXT, last_message_at TEXT
);
CREATE TABLE messages (
    id TEXT PRIMARY KEY, chat_id TEXT NOT NULL REFERENCES chats, seq INTEGER NOT NULL,
    sender_id INTEGER NOT NULL REFERENCES users, client_id TEXT NOT NULL, message TEXT NOT NULL,
    created_at TEXT NOT NULL, UNIQUE (chat_id, sender_id, client_id)
);
CREATE INDEX messages_by_seq ON messages (chat_id, seq);
