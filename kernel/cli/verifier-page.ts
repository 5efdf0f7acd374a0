import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { VERSION } from '../version.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = 'sdk/verify/page';

/** The first that know Ed25519. */
const BROWSERS = ['chrome137', 'firefox129', 'safari17.4'];

/** The whole page, with a policy that lets nothing run but its own script, and nothing reach the network. The same sources give the same bytes. */
export async function buildVerifier(): Promise<string> {
  const [template, style, worker] = await Promise.all([
    readFile(`${root}${folder}/page.html`, 'utf8'),
    readFile(`${root}${folder}/page.css`, 'utf8'),
    bundle('worker.ts', {}),
  ]);
  const script = await bundle('page.ts', { WORKER: JSON.stringify(worker) });
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
    `style-src ${hashOf(style)}`,
    // The thread that verifies is made from a part of the script, and inherits this policy.
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const parts: Readonly<Record<string, string>> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
    style: `<style>${style}</style>`,
    script: `<script>${script}</script>`,
    version: VERSION,
  };
  return template.replace(/<!--(\w+)-->/g, (_, name: string) => parts[name] ?? '');
}

/** Not minified: whoever wants to may read it. */
async function bundle(file: string, define: Record<string, string>): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${folder}/${file}`],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: BROWSERS,
    charset: 'utf8',
    define,
  });
  const code = outputFiles[0]?.text ?? '';
  if (/<\/script|<!--/i.test(code)) throw new TypeError(`${file} would end the script that it stands in`);
  return code;
}

/** As a content security policy names an inline script or style. */
function hashOf(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
