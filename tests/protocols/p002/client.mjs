/**
 * A client that knows nothing but document 002: both sides of its connection flow, its store's and
 * its dashboard's calls, and its examples of the API.
 */

import { io } from "socket.io-client";

const BASE = process.env.BASE_URL;
const API = `${BASE}/api`;
const accounts = JSON.parse(process.env.ACCOUNTS);

const heard = (socket, event) => new Promise((resolve) => socket.once(event, resolve));

async function login({ email, password }) {
  const answer = await fetch(`${BASE}/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  return answer.json();
}

async function call(method, path, { access_token: token }) {
  const answer = await fetch(API + path, { method, headers: { Authorization: `Bearer ${token}` } });
  return answer.ok ? answer.json() : { status: answer.status, ...(await answer.json()) };
}

/** A socket that has registered. It emits at once, before it is connected. */
function registered({ user, access_token: token }) {
  const socket = io(`${BASE}/chat`, { auth: { token } });
  socket.emit("register", { userId: String(user.id) });
  return socket;
}

// Support agent's side: log in, get all active chats, connect, register, listen.
const admin = await login(accounts.ada);
const roomsBefore = await call("GET", "/chat/support/rooms", admin);
const support = registered(admin);
await heard(support, "connect");
const request = heard(support, "newChatRequest");

// Customer's side: log in, get or create the room, connect, register, join, listen.
const customer = await login(accounts.lena);
const created = await call("GET", "/chat/room", customer);
const socket = registered(customer);
socket.emit("joinRoom", { roomId: created.id });
const own = heard(socket, "newMessage");
socket.emit("sendMessage", {
  roomId: created.id,
  senderId: String(customer.user.id),
  message: "Hello, I need help!",
});
const sent = await own;
const requested = await request;
const waiting = await call("GET", `/chat/room/${created.id}`, customer);

// The agent clicks on the chat: joins, is assigned; the customer is told who has come.
const rooms = await call("GET", "/chat/support/rooms", admin);
support.emit("joinRoom", { roomId: requested.roomId });
const joining = heard(socket, "supportJoined");
const assigned = await call("POST", `/chat/support/room/${requested.roomId}/assign`, admin);
const joined = await joining;

// Typing, then the answer; the other side hears either at once.
const typing = heard(socket, "userTyping");
support.emit("typing", {
  roomId: requested.roomId,
  userId: String(admin.user.id),
  isTyping: true,
});
const typed = await typing;
const answer = heard(socket, "newMessage");
support.emit("sendMessage", {
  roomId: requested.roomId,
  senderId: String(admin.user.id),
  message: "How can I help?",
  isFromSupport: true,
});
const answered = await answer;

// The store's other actions, and a second agent who comes too late.
const unread = await call("GET", "/chat/room", customer);
const messages = await call("GET", `/chat/room/${created.id}/messages`, customer);
const read = await call("POST", `/chat/room/${created.id}/read`, customer);
const after = await call("GET", "/chat/room", customer);
const manager = await login(accounts.maya);
const late = await call("POST", `/chat/support/room/${created.id}/assign`, manager);
const forbidden = await call("GET", "/chat/support/rooms", customer);
const closed = await call("POST", `/chat/room/${created.id}/close`, admin);
const roomsAfter = await call("GET", "/chat/support/rooms", admin);

// A payload that says to be from support, and is not.
const refusal = heard(socket, "error");
socket.emit("sendMessage", {
  roomId: created.id,
  senderId: String(customer.user.id),
  message: "I am support",
  isFromSupport: true,
});
const refused = await refusal;

socket.close();
support.close();
console.log(
  JSON.stringify({
    roomsBefore, created, sent, requested, waiting, rooms, assigned, joined, typed, answered,
    unread, messages, read, after, late, forbidden, closed, roomsAfter, refused,
  }),
);
