import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { compileSdk, SDK } from './compile.ts';

/**
 * `npm run sdk:api` writes what the SDK offers into `sdk/api`, a report for each of its modules, so that a change of it is
 * seen where it is made. `--check` compares, and fails where they differ: what is not in a report is no promise.
 */
const MODULES = ['index', 'rating/index', 'ui/index', 'verify/index'];

const REPORTS = join(SDK, 'api');

function report(module: string, compiled: string, update: boolean): boolean {
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: join(SDK, '..'),
      mainEntryPointFilePath: join(compiled, `${module}.d.ts`),
      apiReport: {
        enabled: true,
        reportFileName: `${module.replace(/\/?index$/, '') || 'sdk'}.api.md`,
        reportFolder: REPORTS,
        reportTempFolder: compiled,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      compiler: { tsconfigFilePath: join(SDK, 'build/tsconfig.json') },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        // Its rules for comments are stricter than JSDoc's, and what each symbol needs a test sees to.
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(SDK, 'package.json'),
  });
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: update,
    messageCallback(message) {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  return succeeded && (update || !apiReportChanged);
}

// Below the SDK, so that its dependencies are found.
mkdirSync(REPORTS, { recursive: true });
const compiled = mkdtempSync(join(SDK, 'dist-'));
try {
  compileSdk(compiled);
  const update = !process.argv.includes('--check');
  const same = MODULES.map((module) => report(module, compiled, update));
  if (!same.every(Boolean)) {
    console.error('What the SDK offers is not what sdk/api says: npm run sdk:api, look at the difference, raise the version, and commit it.');
    process.exitCode = 1;
  }
} finally {
  rmSync(compiled, { recursive: true, force: true });
}
