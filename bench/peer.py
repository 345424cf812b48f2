"""The yardstick: a plain python-socketio + uvicorn server doing Deskbell's work.

It writes by aiosqlite or, with `--blocking`, by sqlite3 on the loop itself.

For each message: one transaction that checks whose chat it is, stores the message once, moves the
chat on; two events, to the chat's room and to the staff; an acknowledgement with the message.
"""

import argparse
import asyncio
import contextlib
import sqlite3
import uuid
from datetime import UTC, datetime
from pathlib import Path

import aiosqlite
import jwt
import socketio
import uvicorn

SCHEMA = Path(__file__).with_name("schema.sql").read_text()

sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
app = socketio.ASGIApp(sio)
lock = asyncio.Lock()  # one writer at a time on the one connection
db: aiosqlite.Connection
options: argparse.Namespace


@sio.on("connect", namespace="/live")
async def connect(sid, environ, auth):
    user_id = int(jwt.decode(auth["token"], options.secret, algorithms=["HS256"])["sub"])
    found = await db.execute_fetchall("SELECT name, role FROM users WHERE id = ?", (user_id,))
    name, role = next(iter(found))
    await sio.save_session(sid, {"id": user_id, "name": name, "role": role}, namespace="/live")
    if role == "agent":
        await sio.enter_room(sid, "staff", namespace="/live")


@sio.on("join_chat", namespace="/live")
async def join_chat(sid, data):
    user = await sio.get_session(sid, namespace="/live")
    sql = "SELECT version FROM chats WHERE id = ? AND (customer_id = ? OR ? = 'agent')"
    who = (data["chatId"], user["id"], user["role"])
    for (version,) in await db.execute_fetchall(sql, who):
        await sio.enter_room(sid, data["chatId"], namespace="/live")
        return {"ok": True, "version": version}
    return {"ok": False, "error": {"code": "not_found", "message": "No such chat."}}


@sio.on("send_message", namespace="/live")
async def send_message(sid, data):
    user = await sio.get_session(sid, namespace="/live")
    text, client_id = data["message"], data["clientId"]
    if not isinstance(text, str) or not 0 < len(text) <= 5000:
        return {"ok": False, "error": {"code": "invalid", "message": "Write 1 to 5000 letters."}}
    async with lock:
        sql = "SELECT id, version, unread FROM chats WHERE customer_id = ?"
        chat_id, version, unread = next(iter(await db.execute_fetchall(sql, (user["id"],))))
        if data.get("chatId", chat_id) != chat_id:
            return {"ok": False, "error": {"code": "not_found", "message": "No such chat."}}
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        row = (str(uuid.uuid4()), chat_id, version + 1, user["id"], client_id, text, now)
        try:
            await db.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        except aiosqlite.IntegrityError:
            sql = "SELECT * FROM messages WHERE chat_id = ? AND sender_id = ? AND client_id = ?"
            for row in await db.execute_fetchall(sql, (chat_id, user["id"], client_id)):
                return {"ok": True, "message": render(row, user)}
        await db.execute(
            "UPDATE chats SET version = ?, unread = ?, last_message = ?, last_message_at = ?"
            " WHERE id = ?",
            (version + 1, unread + 1, text, now, chat_id),
        )
        await db.commit()
    message = render(row, user)
    chat = {"id": chat_id, "unread": unread + 1, "customer": user, "lastMessage": message}
    event = {"chatId": chat_id, "version": version + 1}
    await sio.emit("new_message", {**event, "message": message}, room=chat_id, namespace="/live")
    await sio.emit("new_chat_message", {**event, "chat": chat}, room="staff", namespace="/live")
    return {"ok": True, "message": message}


def render(row, user):
    keys = ("id", "chatId", "seq", "senderId", "clientId", "message", "createdAt")
    return {**dict(zip(keys, row, strict=True)), "sender": user, "status": "sent"}


class Blocking:
    """As much of aiosqlite's connection as is used here, without its thread."""

    def __init__(self, path):
        self.connection = sqlite3.connect(path)

    async def execute(self, *statement):
        self.connection.execute(*statement)

    async def execute_fetchall(self, *statement):
        return self.connection.execute(*statement).fetchall()

    async def executescript(self, script):
        self.connection.executescript(script)

    async def commit(self):
        self.connection.commit()


async def main():
    global db
    async with contextlib.AsyncExitStack() as stack:
        if options.blocking:
            db = Blocking(options.database)
        else:
            db = await stack.enter_async_context(aiosqlite.connect(options.database))
        await db.execute("PRAGMA journal_mode = WAL")
        await db.execute(f"PRAGMA synchronous = {options.synchronous}")
        await db.executescript(SCHEMA)
        for number in range(1, options.customers + 1):
            await db.execute("INSERT INTO users VALUES (?, ?, 'customer')", (number, "A customer"))
            chat = (str(uuid.uuid4()), number)
            await db.execute("INSERT INTO chats (id, customer_id) VALUES (?, ?)", chat)
        for number in range(options.customers + 1, options.customers + options.staff + 1):
            await db.execute("INSERT INTO users VALUES (?, 'An agent', 'agent')", (number,))
        await db.commit()
        await uvicorn.Server(uvicorn.Config(app, port=options.port, log_level="error")).serve()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--customers", type=int, default=50)
    parser.add_argument("--staff", type=int, default=1)
    parser.add_argument("--blocking", action="store_true")
    parser.add_argument("--synchronous", choices=["FULL", "NORMAL"], default="NORMAL")
    options = parser.parse_args()
    asyncio.run(main())
