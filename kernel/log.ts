import { type DestinationStream, type Logger, pino } from 'pino';

/** JSON lines on stderr; stdout belongs to what a command prints. What could hold a secret is redacted. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
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
          'err.config',
          'err.connectionString',
        ],
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination(2),
  );
}
