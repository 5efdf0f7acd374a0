import type { Answered, Asked, Line } from '../index.ts';

/** The source of the worker, put in by the build. */
declare const WORKER: string;

const MAX_BYTES = 128 * 1_048_576;
const LIMIT_MS = 60_000;

const form = element('form', HTMLFormElement);
const button = element('verify', HTMLButtonElement);
const progress = element('progress', HTMLElement);
const report = element('report', HTMLElement);
const inputs = {
  bundle: element('bundle', HTMLInputElement),
  policy: element('policy', HTMLInputElement),
  state: element('state', HTMLInputElement),
  promise: element('promise', HTMLInputElement),
};

form.addEventListener('submit', (event) => {
  event.preventDefault();
  say('Verifying…');
  button.disabled = true;
  report.hidden = true;
  verify()
    .then(show, (error: unknown) => say(error instanceof Error ? error.message : String(error), true))
    .finally(() => {
      button.disabled = false;
    });
});

document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.documentElement.classList.add('dropping');
});
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) document.documentElement.classList.remove('dropping');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.documentElement.classList.remove('dropping');
  take([...(event.dataTransfer?.files ?? [])]).catch((error: unknown) => say(String(error), true));
});

/** Puts each file where it belongs, by what it begins with. */
async function take(files: readonly File[]): Promise<void> {
  const taken: string[] = [];
  for (const file of files) {
    const name = kindOf(await file.slice(0, 512).text());
    const chosen = new DataTransfer();
    chosen.items.add(file);
    inputs[name].files = chosen.files;
    taken.push(`${file.name} as the ${name}`);
  }
  say(taken.length > 0 ? `Taken: ${taken.join(', ')}.` : 'No file was dropped.');
}

function kindOf(beginning: string): keyof typeof inputs {
  if (/^\s*\{\s*"version"/.test(beginning)) return 'state';
  if (/^\s*\{/.test(beginning)) return 'bundle';
  return beginning.startsWith('summit-promise/') ? 'promise' : 'policy';
}

async function verify(): Promise<Answered> {
  const [bundle, policy] = [inputs.bundle.files?.[0], inputs.policy.files?.[0]];
  if (!bundle || !policy) throw new Error('Choose a bundle and a policy.');
  const nonce = element('nonce', HTMLInputElement).value;
  return ask({
    bundle: new Uint8Array(await bounded(bundle).arrayBuffer()),
    policy: await bounded(policy).text(),
    state: await textOf(inputs.state),
    promise: await textOf(inputs.promise),
    nonce: nonce === '' ? null : nonce,
  });
}

/** @throws Error where there is no answer in time */
function ask(asked: Asked): Promise<Answered> {
  const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const late = `The verification was stopped after ${LIMIT_MS / 1_000} seconds: a policy in the bundle may never end.`;
  const timer = setTimeout(() => reject(new Error(late)), LIMIT_MS);
  worker.addEventListener('message', ({ data }: MessageEvent<Answered>) => resolve(data));
  worker.addEventListener('error', ({ message }) => reject(new Error(`The verification broke: ${message}`)));
  worker.postMessage(asked, [asked.bundle.buffer]);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.terminate();
    URL.revokeObjectURL(url);
  });
}

function show(answered: Answered): void {
  if (answered.kind === 'failure') {
    say(answered.message, true);
    return;
  }
  const { ok, title, lines, findings, state } = answered;
  element('report-title', HTMLElement).textContent = ok ? '✓ Verified' : '✗ Not verified';
  element('report-title', HTMLElement).className = ok ? 'good' : 'bad';
  element('about', HTMLElement).textContent = title;
  element('verdicts', HTMLElement).replaceChildren(...lines.flatMap(verdictNodes));
  element('found', HTMLElement).hidden = findings.length === 0;
  const items = findings.map(({ verdict, code, message }) => node('li', '', node('strong', `${verdict} `), node('code', code), `: ${message}`));
  element('findings', HTMLElement).replaceChildren(...items);
  element('remember', HTMLElement).hidden = state === null;
  if (state !== null) remember(state);
  say('');
  report.hidden = false;
  report.focus();
}

function verdictNodes({ name, verdict, meaning, tone }: Line): readonly Node[] {
  const marks = { good: '✓', bad: '✗', doubt: '!' };
  const mark = node('span', `${marks[tone]} ${verdict}`);
  mark.className = `verdict ${tone}`;
  return [node('dt', name), node('dd', '', mark, ` — ${meaning}.`)];
}

function remember(state: string): void {
  const link = element('remember-link', HTMLAnchorElement);
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([state], { type: 'application/json' }));
}

function say(text: string, isFailure = false): void {
  progress.className = isFailure ? 'failed' : '';
  progress.textContent = text;
}

async function textOf(input: HTMLInputElement): Promise<string | null> {
  const file = input.files?.[0];
  return file ? bounded(file).text() : null;
}

function bounded(file: File): File {
  if (file.size > MAX_BYTES) throw new Error(`${file.name} is larger than ${MAX_BYTES / 1_048_576} MiB.`);
  return file;
}

/** Text goes in as text: nothing of a bundle becomes markup. */
function node(tag: string, text: string, ...children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  made.append(text, ...children);
  return made;
}

function element<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`the page has no ${id}`);
  return found;
}
