/**
 * A client that knows nothing but document 003: what its user interface and its admin interface
 * do, in the order of its pages "for users" and "for admins", then its test of connection and API
 * and its list of common issues.
 */

import { io } from "socket.io-client";

const BASE = process.env.BASE_URL;
const accounts = JSON.parse(process.env.ACCOUNTS);

async function login({ email, password }) {
  const answer = await fetch(`${BASE}/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  return answer.json();
}

/** The document's chatService: the API with the token that the socket has too. */
function service(token) {
  const call = async (method, path) => {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${BASE}/api/chat${path}`, { method, headers });
    return { status: answer.status, data: await answer.json() };
  };
  return { get: (path) => call("GET", path), post: (path) => call("POST", path) };
}

/** The document's SocketContext. */
function connected(token) {
  const socket = io(BASE, { auth: { token }, transports: ["websocket", "polling"] });
  return new Promise((resolve, reject) => {
    socket.on("connect", () => resolve(socket));
    socket.on("connect_error", (error) => {
      socket.close();
      reject(error);
    });
  });
}

const heard = (socket, event) => new Promise((resolve) => socket.once(event, resolve));
const asked = (socket, event, payload) =>
  new Promise((resolve) => socket.emit(event, payload, resolve));

const userLogin = await login(accounts.lena);
const adminLogin = await login(accounts.ana);
const userApi = service(userLogin.token);
const adminApi = service(adminLogin.token);
const userSocket = await connected(userLogin.token);
const adminSocket = await connected(adminLogin.token);

// For users: open the chat, which is made; send; wait for the answer.
const opened = await userApi.get("/user/chat");
const chatId = opened.data._id;
userSocket.emit("join_chat", { chatId });
const noHistory = await userApi.get(`/user/chat/${chatId}/messages`);
const notified = heard(adminSocket, "new_chat_message");
const echo = heard(userSocket, "new_message");
userSocket.emit("send_message", { chatId, message: "Hello from 003", messageType: "text" });
const notification = await notified;
const echoed = await echo;

// For admins: the tab lists the chats; one is selected, read, taken and answered.
const listed = await adminApi.get("/admin/chats");
adminSocket.emit("join_chat", chatId);
const adminHistory = await adminApi.get(`/admin/chat/${chatId}/messages`);
const adminRead = await adminApi.post(`/admin/chat/${chatId}/read`);
const typed = heard(userSocket, "user_typing");
adminSocket.emit("typing", { chatId, isTyping: true });
const typing = await typed;
const answer = heard(userSocket, "new_message");
adminSocket.emit("send_message", { chatId, message: "How can I help?" });
const answered = await answer;
const assigned = await adminApi.post(`/admin/chat/${chatId}/assign`);

// The user sees it, with the whole history, and has read it.
const unread = await userApi.get("/user/chat");
const userRead = await userApi.post(`/user/chat/${chatId}/read`);
const history = await userApi.get(`/user/chat/${chatId}/messages`);

// Who leaves hears nothing more of it.
const left = await asked(adminSocket, "leave_chat", { chatId });
let heardAfterLeaving = 0;
adminSocket.on("new_message", () => (heardAfterLeaving += 1));
const again = heard(adminSocket, "new_chat_message");
const sent = await asked(userSocket, "send_message", { chatId, message: "Thank you" });
await again;

// Authorization and common issues.
const forbidden = await userApi.get("/admin/chats");
const refusal = heard(userSocket, "error");
userSocket.emit("join_chat", { chatId: "999999" });
const notFound = await refusal;
const notConnecting = await connected("no token at all").then(
  () => "connected",
  (error) => error.data.code,
);

userSocket.close();
adminSocket.close();
console.log(
  JSON.stringify({
    opened, noHistory, notification, echoed, listed, adminHistory, adminRead, typing, answered,
    assigned, unread, userRead, history, left, heardAfterLeaving, sent, forbidden, notFound,
    notConnecting,
  }),
);
