/* A classic script in the head: sets the chosen theme before the first paint, so that nothing flashes. */
try {
  document.documentElement.dataset.theme = localStorage.getItem("deskbell:theme") || "auto";
} catch {
  document.documentElement.dataset.theme = "auto";
}
document.documentElement.classList.add("js");
