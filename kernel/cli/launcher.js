#!/usr/bin/env node
// Plain JavaScript, so that any Node can read it: it runs the CLI here, or in the Node that is installed beside it.
import { spawn } from 'node:child_process';
import module from 'node:module';
import { findNode, isRecent, tooOld } from './node-version.js';

/** npm runs a script in a shell that takes a signal and does not pass it on: when that shell is gone, it was meant for us. */
function stopWithNpm() {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}

if (isRecent(process.version)) {
  // Compiled code is kept between starts (in the system's temporary folder), which halves the time to ready.
  module.enableCompileCache?.();
  stopWithNpm();
  await import('./cli.ts');
} else {
  const node = findNode();
  if (node === null) tooOld();
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // A signal to the launcher is meant for the program; the terminal's Ctrl-C reaches both by itself.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined);
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exit(code ?? 1);
  });
}
