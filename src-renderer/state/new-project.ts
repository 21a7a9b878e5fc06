/** What a person types for a new project, as the core takes it. */

/** `folder` and `name` joined as the machine with such folders would. */
export function joinPath(folder: string, name: string): string {
  const separator = /^[A-Za-z]:\\|^\\\\/.test(folder) ? '\\' : '/';
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

/** The folder that `path` lies in; the root lies in itself. */
/** Last part of a path. */
export const baseName = (path: string): string => /[^\\/]*$/.exec(path)![0];

export const parentOf = (path: string): string => path.replace(/[\\/][^\\/]+[\\/]?$/, '') || '/';

/** Names between commas or line ends; empty ones and repetitions are left out. */
export const parseClassNames = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,;\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
];
