/**
 * A client that knows nothing but document 000: its connection flow, then its test of the chat
 * with a customer's panel and an admin's, in the document's order.
 */

import { io } from "socket.io-client";

const BASE = process.env.BASE_URL;
const accounts = JSON.parse(process.env.ACCOUNTS);

/** Logs in as the document's pages do and keeps what they keep in `localStorage` under "user". */
async function login({ email, password }) {
  const answer = await fetch(`${BASE}/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const { token, user } = await answer.json();
  return { token, user: { id: user.id, name: user.name, email: user.email } };
}

function connected(options) {
  const socket = io(BASE, {
    transports: ["websocket", "polling"],
    reconnection: true,
    reconnectionDelay: 1000,
    reconnectionAttempts: 5,
    debug: true,
    ...options,
  });
  return new Promise((resolve, reject) => {
    socket.on("connect", () => resolve(socket));
    socket.on("connect_error", reject);
  });
}

const heard = (socket, event) => new Promise((resolve) => socket.once(event, resolve));
const asked = (socket, event, payload) =>
  new Promise((resolve) => socket.emit(event, payload, resolve));

const customer = await login(accounts.lena);
const admin = await login(accounts.ana);

const adminSocket = await connected();
const online = heard(adminSocket, "admin:online");
adminSocket.emit("user:join", {
  userId: admin.user.id,
  userName: admin.user.name,
  role: "ADMIN",
  token: admin.token,
});
await online;

const customerSocket = await connected({ auth: { token: customer.token } });
customerSocket.emit("user:join", {
  userId: customer.user.id,
  userName: customer.user.name,
  role: "CUSTOMER",
});

// The first message opens a conversation.
const first = heard(adminSocket, "message:received");
const echo = heard(customerSocket, "message:received");
customerSocket.emit("message:send", { message: "Hello from 000", sender: "CUSTOMER" });
const received = await first;
const echoed = await echo;

const conversations = await asked(adminSocket, "admin:getConversations", {});

const reply = heard(customerSocket, "message:received");
adminSocket.emit("message:send", {
  conversationId: received.conversationId,
  message: "How can I help?",
  sender: "ADMIN",
});
const answered = await reply;

const messages = await asked(customerSocket, "conversation:getMessages", {
  conversationId: received.conversationId,
});

// Troubleshooting: "User not found", and a conversation that is not there.
const wrongUser = heard(customerSocket, "message:error");
customerSocket.emit("user:join", { userId: 999999, userName: "Nobody", role: "CUSTOMER" });
const notFound = await wrongUser;
const wrongConversation = heard(customerSocket, "message:error");
customerSocket.emit("message:send", {
  conversationId: 999999,
  message: "Anybody?",
  sender: "CUSTOMER",
});
const noConversation = await wrongConversation;

customerSocket.close();
adminSocket.close();
console.log(
  JSON.stringify({
    received, echoed, conversations, answered, messages, notFound, noConversation,
  }),
);
