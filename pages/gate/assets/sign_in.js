// Two steps in one form: the code is asked for when the passphrase is typed. Without JavaScript all fields show at once.
// Nothing is sent before the last step, so the first step tells nothing.
"use strict";
const form = document.getElementById("sign-in");
const codeStep = document.getElementById("code-step");
const code = document.getElementById("code");
const next = document.getElementById("continue");
const submit = document.getElementById("submit");

function showCode(shown) {
  codeStep.hidden = !shown;
  code.disabled = !shown;
  submit.hidden = !shown;
  next.hidden = shown;
}

function goOn() {
  if (!form.reportValidity()) return;
  showCode(true);
  code.focus();
}

if (!form.dataset.filled) {
  showCode(false);
  next.addEventListener("click", goOn);
  form.addEventListener("submit", (event) => {
    if (codeStep.hidden) {
      event.preventDefault();
      goOn();
    }
  });
  // Enter in a field clicks the form's first submit button, and a hidden one is clicked too.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && codeStep.hidden) {
      event.preventDefault();
      goOn();
    }
  });
}
