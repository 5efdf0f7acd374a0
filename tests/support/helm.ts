import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const deploy = new URL('../../config/deploy', import.meta.url).pathname;
const chart = join(deploy, 'helm/summit');

export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  // What else there is differs from kind to kind.
  readonly spec: ReturnType<typeof JSON.parse>;
  readonly data: Readonly<Record<string, string>>;
}

export interface Helm {
  /** Checks the chart with these values. @returns what is wrong, or nothing */
  lint(values: object): string;
  /** @returns the objects by kind @throws Error with what helm says of values that it refuses */
  template(values: object): ReadonlyMap<string, Rendered>;
}

/** Helm: `$HELM`, else the tool that config/deploy/go.mod pins. @throws Error where there is neither */
export function findHelm(): Helm {
  const program = process.env.HELM ?? builtByGo();
  const run = (args: readonly string[], values: object) =>
    spawnSync(program, [...args, '--values', '-', '--kube-version', '1.31.0'], { input: JSON.stringify(values), encoding: 'utf8' });
  return {
    lint(values) {
      const { status, stdout, stderr } = run(['lint', '--strict', chart], values);
      return status === 0 ? '' : stdout + stderr;
    },
    template(values) {
      const { status, stdout, stderr } = run(['template', 'summit', chart, '--namespace', 'summit'], values);
      if (status !== 0) throw new Error(stderr);
      const objects = parseAllDocuments(stdout).map((document): Rendered => {
        if (document.errors.length > 0) throw new Error(document.errors.join('\n'));
        return document.toJS();
      });
      return new Map(objects.map((object) => [object.kind, object]));
    },
  };
}

function builtByGo(): string {
  const { status, stdout, stderr } = spawnSync('go', ['tool', '-n', 'helm'], { cwd: deploy, encoding: 'utf8' });
  if (status !== 0) throw new Error(`helm not found: set HELM to it, or install Go 1.26 (go tool helm: ${stderr})`);
  return stdout.trim();
}
