export function lengthOf(hours: number): string {
  return hours === 1 ? 'an hour' : `${hours} hours`;
}
