import { join, relative } from 'node:path';
import ts from 'typescript';

/** What a module of the SDK offers, with what its comments say of it. */
export interface SdkSymbol {
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** A function, a constant or a class; else it is a type alone. */
  readonly isValue: boolean;
  /** The kernel's alone: it is not in what is published. */
  readonly isInternal: boolean;
  readonly summary: string;
  /** The code of each example. */
  readonly examples: readonly string[];
}

const root = join(import.meta.dirname, '../..');
const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, root);

/** @param entry from the root of the repository: `sdk/index.ts` */
export function symbolsOf(entry: string): readonly SdkSymbol[] {
  const program = ts.createProgram([join(root, entry)], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(join(root, entry));
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${entry} is no module`);
  return checker.getExportsOfModule(module).map((exported) => {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    // What a library says of what is passed on from it is not ours: there the comment stands where it is passed on.
    const documented = [...new Set([exported, symbol])].filter(isOurs);
    const tags = documented.flatMap((each) => each.getJsDocTags(checker));
    const texts = documented.map((each) => ts.displayPartsToString(each.getDocumentationComment(checker)));
    return {
      name: exported.name,
      file: relative(root, documented.at(-1)?.declarations?.[0]?.getSourceFile().fileName ?? entry),
      isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
      isInternal: tags.some(({ name }) => name === 'internal'),
      summary: texts.join('').trim(),
      examples: tags.filter(({ name }) => name === 'example').map(({ text }) => codeOf(ts.displayPartsToString(text))),
    };
  });
}

function isOurs(symbol: ts.Symbol): boolean {
  return symbol.declarations?.some((declaration) => !declaration.getSourceFile().fileName.includes('/node_modules/')) ?? false;
}

function codeOf(example: string): string {
  return /^```ts\n(?<code>.*)\n```$/s.exec(example.trim())?.groups?.code ?? '';
}

/** What the compiler has against these modules, each in a line. @param modules by name, their code; they may import what a file in `tests` may */
export function typeErrorsIn(modules: ReadonlyMap<string, string>): readonly string[] {
  const sources = new Map([...modules].map(([name, code], index) => [join(root, `tests/example-${index}.ts`), { name, code }]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file)?.code ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const source = sources.get(file);
    return source ? ts.createSourceFile(file, source.code, version) : getSourceFile.call(host, file, version, ...rest);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources].flatMap(([file, { name }]) => {
    const source = program.getSourceFile(file);
    const found = source ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)] : [];
    return found.map(({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  });
}
