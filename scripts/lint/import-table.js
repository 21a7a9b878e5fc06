/** The lint rule behind the import table of docs/architecture.md: which folder may import what. */
import { dirname, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * `folders`: rooms beside its own; `packages`: npm packages, with all their subpaths; `node`: Node's own
 * modules. `typesOf`: rooms from which only types may come. `only`: files that alone may import a room or package.
 */
export const IMPORT_TABLE = {
  shared: { folders: [], packages: [] },
  disk: { folders: ['shared'], packages: [], node: true },
  store: { folders: ['shared'], packages: ['better-sqlite3'], node: true },
  pixels: { folders: ['shared'], packages: ['sharp'], node: true },
  engine: {
    folders: ['shared', 'disk', 'pixels'],
    packages: ['@tensorflow/tfjs-node-gpu'],
    node: true,
    only: {
      pixels: ['src-main/engine/sources.ts'],
      '@tensorflow/tfjs-node-gpu': ['src-main/engine/tensorflow.ts'],
    },
  },
  interop: {
    folders: ['shared', 'disk'],
    packages: ['h5wasm', 'fflate'],
    node: true,
    only: { fflate: ['src-main/interop/zip.ts'] },
  },
  measure: { folders: ['shared'], packages: [], node: true },
  core: {
    folders: ['shared', 'disk', 'store', 'pixels', 'interop', 'measure'],
    typesOf: ['engine'],
    packages: [],
    node: true,
  },
  'hosts/electron': { folders: ['core', 'store', 'disk', 'shared'], packages: ['electron'], node: true },
  'hosts/cli': {
    folders: ['core', 'store', 'disk', 'shared', 'hosts/web'],
    packages: ['commander'],
    node: true,
  },
  'hosts/core': { folders: ['core', 'disk', 'shared'], packages: [], node: true },
  'hosts/web': { folders: ['core', 'store', 'disk', 'shared'], packages: ['ws'], node: true },
  'src-renderer/editor': {
    folders: ['shared'],
    packages: ['fflate'],
    only: { fflate: ['src-renderer/editor/tile-codec.ts'] },
  },
  'src-renderer/canvas': { folders: ['shared', 'src-renderer/editor'], packages: ['konva'] },
  'src-renderer/state': {
    folders: ['shared', 'src-renderer/editor', 'src-renderer'],
    packages: ['svelte'],
  },
  'src-renderer/ui': {
    folders: ['shared', 'src-renderer/editor', 'src-renderer/canvas', 'src-renderer/state', 'src-renderer'],
    packages: ['svelte', 'uplot'],
    only: { uplot: ['src-renderer/ui/training/curve-plot.ts', 'src-renderer/ui/results/results-plot.ts'] },
  },
};

/** The room a file of this repository belongs to, or undefined for files outside the table. */
export function roomOf(path) {
  const parts = relative(root, path).split(sep);
  // What lies at its top (the entry, the transport, the texts) is a room of its own.
  if (parts[0] === 'src-renderer') return parts.length > 2 ? `src-renderer/${parts[1]}` : 'src-renderer';
  if (parts[0] !== 'src-main') return undefined;
  return parts[1] === 'hosts' ? `hosts/${parts[2]}` : parts[1];
}

const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Why an import is forbidden, or undefined when it is allowed. */
export function objection(file, specifier, typeOnly) {
  const room = roomOf(file);
  const allowed = IMPORT_TABLE[room];
  if (!allowed) return undefined;
  if (specifier.startsWith('node:'))
    return allowed.node ? undefined : `${room} may not import Node's modules.`;
  const relativeImport = specifier.startsWith('.');
  const target = relativeImport ? roomOf(resolve(dirname(file), specifier)) : packageOf(specifier);
  if (target === room) return undefined;
  const listed = relativeImport ? allowed.folders : allowed.packages;
  if (typeOnly && allowed.typesOf?.includes(target)) return undefined;
  if (!target || !listed.includes(target))
    return `${room} may not import ${target ?? 'what lies outside the sources'}.`;
  const only = allowed.only?.[target];
  const here = relative(root, file).split(sep).join('/');
  if (only && !only.includes(here)) return `In ${room} only ${only.join(', ')} may import ${target}.`;
  return undefined;
}

export const importTable = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { forbidden: '{{reason}} See the import table in docs/architecture.md.' },
  },
  create(context) {
    const check = (node, source, typeOnly) => {
      if (typeof source?.value !== 'string') return;
      const reason = objection(context.filename, source.value, typeOnly);
      if (reason) context.report({ node, messageId: 'forbidden', data: { reason } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.source, true),
    };
  },
};
