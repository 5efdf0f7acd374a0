/** `/sign-in.css`, in the colours of the Switchboard. */
export const signInStyle = `:root {
  color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  --ground: light-dark(#fbfbfa, #131417); --card: light-dark(#fff, #1b1d21); --text: light-dark(#16181b, #eceef1); --soft: light-dark(#575b63, #a3a9b4);
  --line: light-dark(#e2e2de, #2e3138); --edge: light-dark(#8b8d88, #6d727c); --strong: light-dark(#2a4bd0, #9db2ff); --on-strong: light-dark(#fff, #10142b);
  --hover: light-dark(#eaeefc, #22294a); --wrong: light-dark(#a81c22, #ff9c98); --note: light-dark(#7a4b00, #f2c26b);
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem; background: var(--ground); color: var(--text); }
main { width: 100%; max-width: 34rem; padding: clamp(1.25rem, 5vw, 2.5rem); background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1, h2, h3, p { margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; }
h2 { font-size: 1.125rem; }
h3 { font-size: .9375rem; margin: 1.25rem 0 .5rem; }
.brand { color: var(--strong); font-weight: 700; letter-spacing: .02em; }
section { margin-top: 2rem; }
section > p, .hint { color: var(--soft); font-size: .9375rem; }
.development h2 { color: var(--note); }
.problem { margin-top: 1.25rem; padding: .875rem 1rem; border: 3px solid var(--wrong); border-radius: .375rem; }
.problem h2 { color: var(--wrong); }
.notice { margin-top: 1.25rem; color: var(--soft); }
.notice a { color: var(--strong); }
.issuers { display: grid; gap: .5rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.issuers a { display: block; padding: .625rem .875rem; border: 1px solid; border-radius: .375rem; text-align: center; text-decoration: none; overflow-wrap: anywhere; }
.people { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: .5rem; }
button { min-height: 2.75rem; padding: .5rem .875rem; border: 1px solid var(--edge); border-radius: .375rem; background: none; color: inherit; font: inherit; cursor: pointer; }
button:hover { background: var(--hover); border-color: var(--strong); }
.people button { text-align: left; overflow-wrap: anywhere; }
.people strong, .people span { display: block; line-height: 1.35; }
.people span { color: var(--soft); font-size: .875rem; }
label { display: block; margin-top: .75rem; font-weight: 600; }
input { display: block; width: 100%; min-height: 2.75rem; margin: .5rem 0 .75rem; padding: .5rem .75rem; border: 1px solid var(--edge); border-radius: .375rem; background: transparent; color: inherit; font: 1rem ui-monospace, monospace; }
code { font: .9em ui-monospace, monospace; }
.hint code { display: block; }
.primary { width: 100%; border-color: var(--strong); background: var(--strong); color: var(--on-strong); font-weight: 600; }
.primary:hover { background: color-mix(in oklab, var(--strong) 88%, var(--text)); }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
@media (forced-colors: active) { main, button, input, .issuers a { border-color: CanvasText; } }`;
