/** One step of a schema, as data. Statements run one by one, in order, as the owner of the database. */
export interface MigrationStep {
  /** `0001-initial`; the kernel prefixes it with the pack's id. */
  readonly name: string;
  readonly statements: readonly string[];
}

/**
 * A step of the pack's schema, for its `migrations`. It runs once in each database. One that has run is never changed, or its pack
 * is disabled there: what is to be otherwise is a step of its own. Name the tenant's column in every key and index.
 *
 * @param statements SQL, one statement each
 * @throws TypeError for a name that is not like `0001-initial`
 * @example
 * ```ts
 * const initial = migration('0001-initial', [
 *   governedTable('vendors', 'name text NOT NULL, country text NOT NULL, owner_id uuid NOT NULL'),
 *   'CREATE INDEX vendors_by_country ON vendors (tenant_id, country, id)',
 * ]);
 * assert.ok(initial.statements.length > 2, 'a governed table is several statements');
 * assert.throws(() => migration('initial', []), { message: 'migration "initial": expected a name like 0001-initial' });
 * ```
 */
export function migration(name: string, statements: readonly (string | readonly string[])[]): MigrationStep {
  if (!/^\d{4}-[a-z0-9-]+$/.test(name)) throw new TypeError(`migration "${name}": expected a name like 0001-initial`);
  return Object.freeze({ name, statements: Object.freeze(statements.flat()) });
}

/**
 * A table whose rows have states. The foreign key to subject_states is what makes a state without its receipt impossible, for
 * the app and for the owner alike; row-level security keeps the rows of each tenant to itself.
 *
 * @param table snake_case, at most 40 characters: that of the entity
 * @param columns those of the entity's `fields`, as SQL. A personal one is `text`: the row holds a commitment
 * @example
 * ```ts
 * const [table = '', witnessed = ''] = governedTable('vendors', 'name text NOT NULL, country text NOT NULL, owner_id uuid NOT NULL');
 * assert.match(table, /status text NOT NULL,\s+version integer NOT NULL/);
 * assert.match(witnessed, /REFERENCES subject_states/);
 * ```
 */
export function governedTable(table: string, columns: string): readonly string[] {
  return [
    `CREATE TABLE ${table} (
      tenant_id text NOT NULL,
      id uuid NOT NULL,
      status text NOT NULL,
      version integer NOT NULL,
      created_at timestamptz(3) NOT NULL,
      updated_at timestamptz(3) NOT NULL,
      ${columns},
      CONSTRAINT ${table}_pkey PRIMARY KEY (tenant_id, id)
    )`,
    `ALTER TABLE ${table} ADD CONSTRAINT ${table}_witnessed
      FOREIGN KEY (tenant_id, id, version, status)
      REFERENCES subject_states (tenant_id, subject_id, version, status)`,
    ...rowLevelSecurity(table, ['SELECT', 'INSERT', 'UPDATE']),
    `CREATE TRIGGER ${table}_one_version_at_a_time BEFORE UPDATE ON ${table}
      FOR EACH ROW EXECUTE FUNCTION summit_next_version()`,
  ];
}

/**
 * A table whose rows are written once and never change: the database refuses UPDATE, DELETE and TRUNCATE, to the owner too.
 *
 * @param table snake_case, at most 40 characters: that of the entity
 * @param columns those of the entity's `fields`, as SQL. A personal one is `text`: the row holds a commitment
 * @example
 * ```ts
 * const statements = insertOnlyTable('vendor_reviews', 'vendor_id uuid NOT NULL, verdict text NOT NULL, comment text NOT NULL');
 * assert.match(statements.join(';'), /GRANT SELECT, INSERT ON vendor_reviews/);
 * assert.match(statements.join(';'), /vendor_reviews_append_only/);
 * ```
 */
export function insertOnlyTable(table: string, columns: string): readonly string[] {
  return [
    `CREATE TABLE ${table} (
      tenant_id text NOT NULL,
      id uuid NOT NULL,
      created_at timestamptz(3) NOT NULL,
      ${columns},
      CONSTRAINT ${table}_pkey PRIMARY KEY (tenant_id, id)
    )`,
    ...rowLevelSecurity(table, ['SELECT', 'INSERT']),
    ...appendOnly(table),
  ];
}

/**
 * Rows are the tenant's own, for the owner too; the app may do to them what is named, and nothing else. A pack's tables get it
 * by `governedTable` and `insertOnlyTable`: by itself it would make one whose rows no receipt witnesses.
 *
 * @internal
 */
export function rowLevelSecurity(table: string, verbs: readonly ('SELECT' | 'INSERT' | 'UPDATE')[]): readonly string[] {
  const condition = {
    SELECT: 'USING (tenant_id = summit_tenant())',
    INSERT: 'WITH CHECK (tenant_id = summit_tenant())',
    UPDATE: 'USING (tenant_id = summit_tenant()) WITH CHECK (tenant_id = summit_tenant())',
  };
  return [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    ...verbs.map((verb) => `CREATE POLICY ${table}_${verb.toLowerCase()} ON ${table} FOR ${verb} ${condition[verb]}`),
    `GRANT ${verbs.join(', ')} ON ${table} TO summit_app`,
  ];
}

/**
 * The second wall behind missing privileges: nobody, the owner included, rewrites what has been written. A pack's tables get it
 * by `insertOnlyTable`.
 *
 * @internal
 */
export function appendOnly(table: string): readonly string[] {
  return [
    `CREATE TRIGGER ${table}_append_only BEFORE UPDATE OR DELETE ON ${table}
      FOR EACH ROW EXECUTE FUNCTION summit_append_only()`,
    `CREATE TRIGGER ${table}_no_truncate BEFORE TRUNCATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION summit_append_only()`,
  ];
}
