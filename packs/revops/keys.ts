/** An id in another system, such as a CRM. */
export interface ExternalRef {
  readonly system: string;
  readonly id: string;
}

interface WithExternalRef {
  readonly external_system: string | null;
  readonly external_id: string | null;
}

export function externalKey({ external_system: system, external_id: id }: WithExternalRef): readonly string[] | null {
  return system === null || id === null ? null : [system, id];
}

export function externalRefOf({ external_system: system, external_id: id }: WithExternalRef): ExternalRef | null {
  return system === null || id === null ? null : { system, id };
}

export function externalColumns(ref: ExternalRef | undefined): { external_system: string | null; external_id: string | null } {
  return { external_system: ref?.system ?? null, external_id: ref?.id ?? null };
}

/** The same person at the same company, however they are written. None once the address is erased. */
export function accountKey({ email, company }: { readonly email: string | null; readonly company: string }): readonly string[] | null {
  return email === null ? null : [folded(email), folded(company)];
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}
