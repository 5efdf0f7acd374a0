/** What packs are tested with: a running Summit for each test, and a suite that every pack must pass. */

export type { Report } from '../verify/index.ts';
export { type ConformanceOptions, conforms, type Input, type InputsOf, nonconformities } from './conformance/index.ts';
export type { Answer, Sent } from './hands.ts';
export type { Duration } from './kernel.ts';
export { type Person, type TestPack, type TestPackOptions, testPack } from './kit.ts';
export { loadPolicies, type PolicyFixture } from './policies.ts';
export { type Received, Receiver } from './receiver.ts';
export type { FakeEffect } from './rig.ts';
