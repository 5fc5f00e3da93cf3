/** The text of `page.css`: a file of its own, so that no policy need allow styles inside the page. */
export const STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
form { display: grid; gap: 1rem; }
fieldset { display: grid; gap: .75rem; border: 1px solid #8886; border-radius: .5rem; }
label { display: grid; gap: .25rem; }
input, textarea, button { font: inherit; padding: .4rem .6rem; }
textarea { min-height: 6rem; font-family: ui-monospace, monospace; }
button { justify-self: start; }
img { max-width: 12rem; max-height: 12rem; }
#answer { margin-top: 1.5rem; }
meter { width: 12rem; }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
[role=alert] { border-left: .3rem solid #c33; padding-left: .8rem; }
`;
