import type { Pack } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { OWN_SEGMENTS } from '../http/own-paths.ts';
import { kernelUsage } from '../metering/types.ts';
import { type Address, addressesOf, type Claim, claimsOf, type Declarations, KERNEL, pagesOf, routesOf } from './claims.ts';
import { firstSegmentOf, isParameter, overlap, shapeOf } from './paths.ts';

/**
 * What a pack declares that it may not, in words: since it is there twice, since the kernel or a pack that came before has it,
 * or since nobody has it.
 * @param earlier the packs before it, in the order of their dependencies
 */
export function conflictsOf(pack: Pack, earlier: readonly Pack[]): readonly string[] {
  return [...conflictsByItself(pack), ...conflictsWith(pack, earlier), ...uncounted(pack, earlier)];
}

/** As much of it as can be said whatever other packs there are. */
export function conflictsByItself(pack: Pack): readonly string[] {
  return [...withItself(pack), ...withKernelsPaths(pack), ...conflictsWith(pack, [KERNEL])];
}

/** The same against some others alone. */
export function conflictsWith(pack: Pack, others: readonly Declarations[]): readonly string[] {
  return others.flatMap((other) => [...sharedNames(pack, other), ...sharedPaths(pack, other), ...otherInverses(pack, other)]);
}

function withItself(pack: Pack): readonly string[] {
  const claims = claimsOf(pack);
  const names = claims.flatMap((claim, index) => {
    const first = claims.findIndex((other) => isSame(other, claim));
    return first < index ? [`${claim.what} is declared twice: call one of them otherwise`] : [];
  });
  return [...names, ...alike(routesOf(pack)), ...alike(pagesOf(pack))];
}

function alike(addresses: readonly Address[]): readonly string[] {
  return addresses.flatMap((address, index) => {
    const first = addresses.slice(0, index).find(({ method, path }) => method === address.method && shapeOf(path) === shapeOf(address.path));
    return first ? [`${address.what} and ${first.what} answer the same requests: give one of them another path`] : [];
  });
}

function withKernelsPaths(pack: Pack): readonly string[] {
  return routesOf(pack).flatMap(({ path, what }) => {
    const first = firstSegmentOf(path);
    if (isParameter(first)) return [`${what} would answer for everybody, the kernel too: begin its path with /${pack.id}`];
    return OWN_SEGMENTS.has(first) ? [`${what} is below /${first}, which is the kernel's own: begin its path with /${pack.id}`] : [];
  });
}

function sharedNames(pack: Pack, other: Declarations): readonly string[] {
  const theirs = claimsOf(other);
  return claimsOf(pack).flatMap((claim) => {
    const found = theirs.find((their) => isSame(their, claim));
    if (!found) return [];
    const as = found.what === claim.what ? '' : ` as ${found.what}`;
    return [`${claim.what} is declared by ${nameOf(other)} already${as}: call it otherwise, best after ${pack.id}`];
  });
}

function sharedPaths(pack: Pack, other: Declarations): readonly string[] {
  const theirs = addressesOf(other);
  return addressesOf(pack).flatMap(({ method, path, what }) =>
    theirs
      .filter((their) => their.method === method && overlap(their.path, path))
      .map((their) => `${what} would answer what ${their.what} of ${nameOf(other)} does: begin its path with /${pack.id}`),
  );
}

/** Two may draw the same relationship, as long as it is called the same from both ends. The kernel's are drawn by the kernel alone. */
function otherInverses(pack: Pack, other: Declarations): readonly string[] {
  const theirs = other.relationships ?? {};
  return Object.entries(pack.relationships).flatMap(([name, inverse]) => {
    const their = Object.hasOwn(theirs, name) ? theirs[name] : undefined;
    if (their === undefined) return [];
    if (other.id === KERNEL_PACK) return [`the relationship "${name}" is the kernel's own: call it otherwise`];
    return their === inverse
      ? []
      : [
          `the relationship "${name}" is "${inverse}" from the other end, and "${their}" in ${nameOf(other)}: call it otherwise, or both ends the same`,
        ];
  });
}

/** What nobody reports would be counted as none. */
function uncounted({ requires, usage, meters }: Pack, earlier: readonly Pack[]): readonly string[] {
  const sources = [kernelUsage, usage, ...earlier.filter(({ id }) => Object.hasOwn(requires, id)).map((required) => required.usage)];
  const types = sources.flat().map(({ type }) => type);
  return meters.flatMap(({ id, event_type }) =>
    types.includes(event_type) ? [] : [`the meter "${id}" counts ${event_type}, which neither it nor a pack that it requires declares`],
  );
}

function isSame(one: Claim, other: Claim): boolean {
  return one.among === other.among && one.name === other.name;
}

function nameOf({ id }: Declarations): string {
  return id === KERNEL_PACK ? 'the kernel' : `the pack ${id}`;
}
