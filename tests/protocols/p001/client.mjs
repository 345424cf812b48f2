/**
 * A client that knows nothing but document 001: its test of the system by REST, its React
 * component's use of the socket, its three scenarios, and each endpoint once.
 */

import { io } from "socket.io-client";

const BASE = process.env.BASE_URL;
const accounts = JSON.parse(process.env.ACCOUNTS);

const login = ({ email, password }) => call("POST", "/auth/login", null, { email, password });
const heard = (socket, event, isMeant = () => true) =>
  new Promise((resolve) => socket.on(event, (data) => isMeant(data) && resolve(data)));

async function call(method, path, token, body) {
  const answer = await fetch(BASE + path, {
    method,
    headers: {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(body ? { "Content-Type": "application/json" } : {}),
    },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) return { status: answer.status, ...(await answer.json()) };
  return answer.json();
}

/** What the component's effect does: it emits before the socket is connected. */
function component({ user, token }, where) {
  const socket = io(`${BASE}/chat`, {
    transports: ["websocket"],
    ...(where === "handshake" ? { auth: { token } } : {}),
  });
  const messages = [];
  const typing = [];
  socket.emit("authenticate", {
    userId: user.id,
    email: user.email,
    role: user.role,
    ...(where === "event" ? { token } : {}),
  });
  socket.on("newMessage", (message) => messages.push(message));
  socket.on("userTyping", (data) => typing.push(data));
  return { socket, messages, typing, authenticated: heard(socket, "authenticated") };
}

// Testing the chat system, in its order.
const user = await login(accounts.lena);
const admin = await login(accounts.ana);
const first = await call("POST", "/chat/messages", user.token, { content: "I need help!" });
const conversations = await call("GET", "/chat/conversations", admin.token);
const reply = await call("POST", "/chat/messages", admin.token, {
  conversationId: first.conversationId,
  content: "How can I help you?",
});

// The component, once for each side.
const mine = component(user, "handshake");
const theirs = component(admin, "event");
const authenticated = [await mine.authenticated, await theirs.authenticated];

// Scenario 3: continuing the conversation; both are told.
const both = [heard(mine.socket, "newMessage"), heard(theirs.socket, "newMessage")];
mine.socket.emit("sendMessage", {
  conversationId: first.conversationId,
  content: "My chair is broken",
});
const continued = await Promise.all(both);

const typed = heard(theirs.socket, "userTyping");
mine.socket.emit("typing", { conversationId: first.conversationId, isTyping: true });
const typing = await typed;

const readers = heard(mine.socket, "messagesRead");
theirs.socket.emit("markAsRead", { conversationId: first.conversationId });
const read = await readers;

// Scenario 2: the admin starts a conversation with another user, who is told and replies.
const other = await login(accounts.marcus);
const others = component(other, "handshake");
await others.authenticated;
const notified = heard(others.socket, "newMessage");
theirs.socket.emit("sendMessage", { content: "Your order is on its way", userId: other.user.id });
const started = await notified;
const repliedTo = heard(theirs.socket, "newMessage", ({ senderId }) => senderId === other.user.id);
others.socket.emit("sendMessage", { conversationId: started.conversationId, content: "Thanks!" });
const replied = await repliedTo;

// Scenario 1: a user who sends the first message without a conversation.
const newcomer = await login(accounts.noor);
const fresh = component(newcomer, "event");
await fresh.authenticated;
const arrival = heard(theirs.socket, "newMessage", ({ senderId }) => senderId === newcomer.user.id);
fresh.socket.emit("sendMessage", { content: "Good morning" });
const arrived = await arrival;

// A user reaches no conversation of another user.
const refusal = heard(fresh.socket, "error");
fresh.socket.emit("sendMessage", { conversationId: first.conversationId, content: "Mine?" });
const refused = await refusal;

// Each endpoint.
const path = `/chat/conversations/${first.conversationId}`;
const active = await call("GET", "/chat/conversations?status=ACTIVE", admin.token);
const one = await call("GET", path, user.token);
const history = await call("GET", `${path}/messages`, user.token);
const unreadBefore = await call("GET", "/chat/unread-count", user.token);
const marked = await call("POST", `${path}/read`, user.token);
const unreadAfter = await call("GET", "/chat/unread-count", user.token);
const forbidden = await call("PATCH", path, user.token, { status: "CLOSED" });
const closed = await call("PATCH", path, admin.token, { status: "CLOSED" });

for (const { socket } of [mine, theirs, others, fresh]) socket.close();
console.log(
  JSON.stringify({
    first, conversations, reply, authenticated, continued, typing, read, started, replied, arrived,
    refused, active, one, history, unreadBefore, marked, unreadAfter, forbidden, closed,
    mine: mine.typing, theirs: theirs.typing,
  }),
);
