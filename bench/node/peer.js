/**
 * The second yardstick: Socket.IO and better-sqlite3 doing Deskbell's work, tuned by hand.
 *
 * Statements are prepared once, only WebSockets are spoken, and what arrives in one turn of the event
 * loop shares a transaction: each message in a savepoint of its own, acknowledged after the commit.
 * With `--alone` each message has a commit of its own, as with the other peers.
 */

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import Database from "better-sqlite3";
import jwt from "jsonwebtoken";
import { Server } from "socket.io";

const text = { type: "string" };
const { values: options } = parseArgs({
  options: {
    database: text, port: text, secret: text, customers: text, staff: text, synchronous: text,
    alone: { type: "boolean" },
  },
});

const db = new Database(options.database);
db.pragma("journal_mode = WAL");
db.pragma(`synchronous = ${options.synchronous}`);
db.exec(readFileSync(new URL("../schema.sql", import.meta.url), "utf8"));
const customers = Number(options.customers);
for (let id = 1; id <= customers + Number(options.staff); id++) {
  const role = id <= customers ? "customer" : "agent";
  db.prepare("INSERT INTO users VALUES (?, ?, ?)").run(id, role === "customer" ? "A customer" : "An agent", role);
  if (role === "customer") db.prepare("INSERT INTO chats (id, customer_id) VALUES (?, ?)").run(randomUUID(), id);
}

const person = db.prepare("SELECT id, name, role FROM users WHERE id = ?");
const ownChat = db.prepare("SELECT id, version, unread FROM chats WHERE customer_id = ?");
const chatVersion = db.prepare("SELECT version, customer_id FROM chats WHERE id = ?");
const earlier = db.prepare("SELECT * FROM messages WHERE chat_id = ? AND sender_id = ? AND client_id = ?");
const addMessage = db.prepare("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)");
const moveOn = db.prepare(
  "UPDATE chats SET version = ?, unread = ?, last_message = ?, last_message_at = ? WHERE id = ?",
);

const server = createServer((_request, response) => response.writeHead(404).end());
const live = new Server(server, { transports: ["websocket"], perMessageDeflate: false, serveClient: false }).of("/live");

live.use((socket, next) => {
  try {
    const { sub } = jwt.verify(socket.handshake.auth.token, options.secret, { algorithms: ["HS256"] });
    socket.data.user = person.get(Number(sub));
    next(socket.data.user ? undefined : new Error("unauthorized"));
  } catch (error) {
    next(error);
  }
});

/** What has arrived in this turn: [user, data, acknowledge]. */
let arrived = [];

live.on("connection", (socket) => {
  const { user } = socket.data;
  if (user.role === "agent") socket.join("staff");
  socket.on("join_chat", (data, acknowledge) => {
    const chat = chatVersion.get(data.chatId);
    if (!chat || (user.role === "customer" && chat.customer_id !== user.id)) {
      return acknowledge({ ok: false, error: { code: "not_found", message: "No such chat." } });
    }
    socket.join(data.chatId);
    acknowledge({ ok: true, version: chat.version });
  });
  socket.on("send_message", (data, acknowledge) => {
    if (options.alone) return tell(storeOne([user, data]), acknowledge);
    if (!arrived.length) setImmediate(storeAll);
    arrived.push([user, data, acknowledge]);
  });
});

const storeOne = db.transaction(([user, data]) => {
  const { message: said, clientId } = data;
  if (typeof said !== "string" || !said.length || said.length > 5000) {
    return [null, { ok: false, error: { code: "invalid", message: "Write 1 to 5000 letters." } }];
  }
  const chat = ownChat.get(user.id);
  if ((data.chatId ?? chat.id) !== chat.id) {
    return [null, { ok: false, error: { code: "not_found", message: "No such chat." } }];
  }
  const now = new Date().toISOString();
  const version = chat.version + 1;
  const row = [randomUUID(), chat.id, version, user.id, clientId, said, now];
  try {
    addMessage.run(...row);
  } catch (error) {
    if (error.code !== "SQLITE_CONSTRAINT_UNIQUE") throw error;
    const first = earlier.get(chat.id, user.id, clientId);
    return [null, { ok: true, message: shown(Object.values(first), user) }];
  }
  moveOn.run(version, chat.unread + 1, said, now, chat.id);
  const message = shown(row, user);
  const event = { chatId: chat.id, version };
  const shownChat = { id: chat.id, unread: chat.unread + 1, customer: user, lastMessage: message };
  return [{ event, message, chat: shownChat }, { ok: true, message }];
});

const storeThese = db.transaction((these) => these.map((one) => storeOne(one)));

function storeAll() {
  const these = arrived;
  arrived = [];
  const results = storeThese(these);
  for (const [index, result] of results.entries()) tell(result, these[index][2]);
}

function tell([told, answer], acknowledge) {
  if (told) {
    live.to(told.event.chatId).emit("new_message", { ...told.event, message: told.message });
    live.to("staff").emit("new_chat_message", { ...told.event, chat: told.chat });
  }
  acknowledge(answer);
}

function shown([id, chatId, seq, senderId, clientId, message, createdAt], sender) {
  return { id, chatId, seq, senderId, clientId, message, createdAt, sender, status: "sent" };
}

server.listen(Number(options.port), "127.0.0.1");
