/** Why a function cannot run as one graph: a phrase that names the operation. Eager execution goes on instead. */
export class Untraceable extends Error {
  override readonly name = 'Untraceable';
}
