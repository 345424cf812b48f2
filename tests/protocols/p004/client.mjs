/**
 * A client that knows nothing but document 004: a provider starts a conversation with a customer,
 * both follow its frontend integration in its order, then its API usage, then what its feature list
 * names. At the end a member of staff answers a customer who named no conversation.
 */

import { io } from "socket.io-client";

const BASE = process.env.BASE_URL;
const accounts = JSON.parse(process.env.ACCOUNTS);
const API = `${BASE}/api/provider-customer-chat`;

const heard = (socket, event, wanted = () => true) =>
  new Promise((resolve) => {
    const listen = (data) => {
      if (!wanted(data)) return;
      socket.off(event, listen);
      resolve(data);
    };
    socket.on(event, listen);
  });

async function login({ email, password }) {
  const answer = await fetch(`${BASE}/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  const { token, user } = await answer.json();
  return { token, currentUser: user };
}

/** "Initialize Chat Connection": the token comes in an event, not in the handshake. */
async function authenticated(account) {
  const { token, currentUser } = await login(account);
  const socket = io(BASE);
  socket.emit("chat-authenticate", { userId: currentUser.id, token });
  const data = await heard(socket, "chat-authenticated");
  return { token, currentUser, socket, data };
}

async function joined({ socket }, conversationId) {
  socket.emit("chat-join-conversation", { conversationId });
  return heard(socket, "chat-joined-conversation");
}

async function called({ token }, method, path, body) {
  const answer = await fetch(API + path, {
    method,
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

const told = {};
const provider = await authenticated(accounts.petra);
const customer = await authenticated(accounts.lena);
told.authenticated = [provider.data, customer.data];

// Start Conversation (Provider -> Customer)
const parties = {
  providerId: provider.currentUser.id,
  customerId: customer.currentUser.id,
  orderId: 123, // Optional
};
const started = await called(provider, "POST", "/conversations", parties);
const again = await called(customer, "POST", "/conversations", parties);
told.started = [started, again];
const conversationId = started.body.id;

// Join Conversation
told.joined = [await joined(provider, conversationId), await joined(customer, conversationId)];

// Send Message
const received = [provider, customer].map(({ socket }) => heard(socket, "chat-new-message"));
provider.socket.emit("chat-send-message", {
  conversationId,
  content: "Hello, how can I help you?",
  messageType: "TEXT",
});
told.messages = (await Promise.all(received)).map((data) => data.message);

// Typing Indicators
const typing = heard(provider.socket, "chat-user-typing", (data) => data.isTyping);
customer.socket.emit("chat-typing", { conversationId, isTyping: true });
told.typing = [await typing];
told.typists = await called(provider, "GET", `/conversations/${conversationId}/typing`);
const stopped = heard(provider.socket, "chat-user-typing", (data) => !data.isTyping);
setTimeout(() => {
  customer.socket.emit("chat-typing", { conversationId, isTyping: false });
}, 1000);
told.typing.push(await stopped);

// Message Status Updates
const messageId = told.messages[0].id;
told.updated = [];
for (const status of ["DELIVERED", "READ"]) {
  const updated = heard(provider.socket, "chat-message-status-updated");
  customer.socket.emit("chat-update-message-status", { messageId, status });
  told.updated.push(await updated);
}

// Get User Conversations, Get Message History
told.conversations = await called(customer, "GET", "/conversations");
told.history = await called(
  customer, "GET", `/conversations/${conversationId}/messages?page=1&limit=50`,
);

// The endpoints that have no example
customer.socket.emit("chat-send-message", { conversationId, content: "My car", messageType: "TEXT" });
await heard(provider.socket, "chat-new-message");
told.read = await called(provider, "PATCH", `/conversations/${conversationId}/read`);
told.online = await called(customer, "GET", "/online-users");

// Online Presence
const gone = heard(customer.socket, "chat-user-status", (data) => !data.isOnline);
provider.socket.close();
told.gone = await gone;
told.archived = await called(provider, "PATCH", `/conversations/${conversationId}/archive`);
told.left = await called(customer, "GET", "/conversations");

// Troubleshooting: "Verify authentication token", "Check the API documentation"
const stranger = io(BASE, { forceNew: true });
stranger.emit("chat-authenticate", { userId: customer.currentUser.id, token: "no token" });
told.refused = await heard(stranger, "chat-error");
stranger.close();
told.docs = (await (await fetch(`${BASE}/api/docs`)).text()).includes(
  "/api/provider-customer-chat/conversations/{conversationId}/messages",
);

// A customer of the support desk and a member of staff
customer.socket.emit("chat-send-message", { content: "Is anybody there?" });
const own = await heard(customer.socket, "chat-joined-conversation");
const agent = await authenticated(accounts.ana);
await joined(agent, own.conversationId);
const answers = [];
customer.socket.on("chat-new-message", (data) => answers.push(data.message));
const answered = heard(customer.socket, "chat-new-message", (data) => data.message.senderId);
agent.socket.emit("chat-send-message", { conversationId: own.conversationId, content: "I am" });
await answered;
told.answers = answers;
told.assigned = await called(agent, "GET", "/conversations");

agent.socket.close();
customer.socket.close();
console.log(JSON.stringify(told));
