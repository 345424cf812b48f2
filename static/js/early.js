/* A classic script in the head of a page with a chat: Enter counts as soon as the field is seen, and not only once its
   scripts have come (composer.js). */
document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  if (event.defaultPrevented || !(target instanceof Element && target.matches(".composer-text"))) return;
  event.preventDefault();
  target.form.dataset.entered = "";
});
