/** The one style sheet. For a phone first; light or dark as the device is. */
export const styleSheet = `:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --ink: #16202c; --soft: #55616f; --line: #d5dbe3;
  --accent: #0b5cad; --on-accent: #ffffff;
  --good: #0d6b3f; --on-good: #ffffff; --bad: #a8261c; --on-bad: #ffffff;
  --warn-ground: #fff4dc; --warn-ink: #6b4700; --good-ground: #e2f5ea; --bad-ground: #fdeceb; --code: #eef1f5;
  --mark: #ffe08a; --mark-ink: #3d2c00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10161d; --sheet: #18212b; --ink: #e8edf3; --soft: #a4b0bd; --line: #2e3a47;
    --accent: #7ab8f5; --on-accent: #07182a;
    --good: #5fd39a; --on-good: #04210f; --bad: #ff9a8f; --on-bad: #2b0603;
    --warn-ground: #33290f; --warn-ink: #ffd98a; --good-ground: #12301f; --bad-ground: #3a1916; --code: #0d131a;
    --mark: #5c4a12; --mark-ink: #ffe9b0;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: .5rem; top: .5rem; background: var(--sheet); padding: .75rem; z-index: 1; }
.bar { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: .5rem 1rem; background: var(--sheet); border-bottom: 1px solid var(--line); }
.brand { font-weight: 700; text-decoration: none; color: var(--ink); padding: .6rem 0; }
.who { display: flex; align-items: center; gap: .75rem; margin: 0; color: var(--soft); }
main { max-width: 46rem; margin: 0 auto; padding: 1rem 1rem 4rem; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: .75rem 0 .5rem; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { margin: .5rem 0; }
.soft { color: var(--soft); }
.state { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; border: 1px solid currentColor; font-size: .875rem; font-weight: 600; }
.state.pending { color: var(--warn-ink); background: var(--warn-ground); }
.state.approved, .state.used { color: var(--good); }
.state.denied, .state.revoked { color: var(--bad); }
.state.expired, .state.withdrawn { color: var(--soft); }
.note { padding: .75rem 1rem; border-radius: .5rem; margin: 1rem 0; border: 1px solid var(--line); background: var(--sheet); }
.note.good { background: var(--good-ground); border-color: var(--good); }
.note.bad { background: var(--bad-ground); border-color: var(--bad); }
.note.warn { background: var(--warn-ground); border-color: var(--warn-ink); color: var(--warn-ink); }
.note p:first-child { margin-top: 0; font-weight: 600; } .note p:last-child { margin-bottom: 0; }
pre { margin: 0; padding: 1rem; background: var(--code); border: 1px solid var(--line); border-radius: .5rem; font: .95rem/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; white-space: pre-wrap; tab-size: 4; }
mark { background: var(--mark); color: var(--mark-ink); border-radius: .2rem; padding: 0 .15rem; }
dl { margin: 0; background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; }
dl > div { padding: .6rem 1rem; border-top: 1px solid var(--line); }
dl > div:first-child { border-top: 0; }
dt { color: var(--soft); font-size: .875rem; }
dd { margin: 0; }
ul.plain { list-style: none; margin: 0; padding: 0; }
ul.cards { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .75rem; }
.card { display: block; padding: .9rem 1rem; background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; text-decoration: none; color: var(--ink); }
.card strong { display: block; margin: .2rem 0; }
.card:hover { border-color: var(--accent); }
.decide { margin-top: 1.75rem; padding: 1rem; background: var(--sheet); border: 2px solid var(--accent); border-radius: .5rem; }
.decide h2 { margin-top: 0; }
label { display: block; font-weight: 600; margin-bottom: .25rem; }
textarea { width: 100%; min-height: 6rem; padding: .75rem; font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--soft); border-radius: .4rem; }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: .75rem; }
button, .button { min-height: 3rem; padding: .6rem 1rem; font: inherit; font-weight: 600; border-radius: .4rem; border: 1px solid transparent; cursor: pointer; text-align: center; }
.button { display: inline-block; text-decoration: none; background: var(--accent); color: var(--on-accent); }
.approve { background: var(--good); color: var(--on-good); }
.deny { background: var(--bad); color: var(--on-bad); }
.quiet { background: transparent; color: var(--accent); border-color: var(--line); }
@media (min-width: 40rem) {
  dl > div { display: grid; grid-template-columns: 11rem 1fr; gap: 1rem; }
  dt { font-size: 1rem; }
}
@media (prefers-reduced-motion: no-preference) { .card { transition: border-color .15s; } }
`;
