/* A classic script in the head: sets the chosen theme before the first paint, so that nothing flashes. */
{
  const { dataset } = document.documentElement;
  try {
    dataset.theme = localStorage.getItem(`deskbell:theme:${dataset.person}`) || "auto";
  } catch {
    dataset.theme = "auto";
  }
}
document.documentElement.classList.add("js");
