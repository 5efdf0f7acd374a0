import { type DestinationStream, type Logger, pino } from 'pino';
import { logFields } from './telemetry/scope.ts';

/** JSON lines on stderr; stdout belongs to what a command prints. Each says what it was written for; what could hold a secret is redacted. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      mixin: logFields,
      serializers: { err: errorWithoutData },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'authorization',
          'token',
          'password',
          'secret',
          'databaseUrl',
          '*.authorization',
          '*.token',
          '*.password',
          '*.secret',
          '*.justification',
          '*.comment',
        ],
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination(2),
  );
}

/** What PostgreSQL adds to an error (detail, where, the failing row) holds people's data, and is left out. */
function errorWithoutData(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: errorWithoutData(error.cause) };
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
