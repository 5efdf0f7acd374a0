export { type Place, usePlace } from '../sdk/ui/index.ts';
