// The page's script: loads the model, reads the form, shows answers and problems.
import { answer, show, tell } from "./answer.js";
import { fieldsOf } from "./fields.js";
import { inputs } from "./inputs.js";
import { load } from "./model/browser.js";

const form = document.querySelector("#form") as HTMLFormElement;
const button = document.querySelector("#predict") as HTMLButtonElement;

const fields = inputs.map((input) => ({ name: input.name, ...fieldsOf(input) }));
button.before(...fields.map(({ element }) => element));

try {
  const model = await load({ offThread: true });
  button.disabled = false;
  answer.replaceChildren();
  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const begun = performance.now();
      const prediction = await model.predict(Object.fromEntries(fields.map(({ name, read }) => [name, read()])));
      show(prediction, performance.now() - begun);
    } catch (error) {
      tell(error);
    }
    button.disabled = false;
  };
} catch (error) {
  tell(error);
}
