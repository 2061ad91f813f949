// What the panel's pages do by themselves, from attributes: nothing is inline, nothing is evaluated.
"use strict";

// A form is sent once: the second click of two does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});

// Back from another page, a form may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// <select data-submit>: choosing sends its form.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// <details class="who">: closed by Escape, and by a click elsewhere.
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("details.who[open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  const open = document.querySelector("details.who[open]");
  if (open && !open.contains(event.target)) open.open = false;
});

// <p data-again="5">: the page is loaded again after so many seconds.
document.querySelectorAll("[data-again]").forEach((one) => {
  window.setTimeout(() => window.location.reload(), 1000 * Number(one.dataset.again));
});

// The first mistake of a form is where one goes on.
const mistaken = document.querySelector("[aria-invalid='true']");
if (mistaken) mistaken.focus();

// <form data-hash="ID">: what stands behind # goes into that field, out of the address, and is sent.
document.querySelectorAll("form[data-hash]").forEach((form) => {
  const secret = window.location.hash.slice(1);
  if (!secret) return;
  document.getElementById(form.dataset.hash).value = secret;
  window.history.replaceState(null, "", window.location.pathname);
  form.requestSubmit();
});

// <input data-select>: a click takes all of it, to copy.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select]")) event.target.select();
});
