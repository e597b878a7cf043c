/**
 * What a fake says, held against the types of the platform's library: names and kinds of fields must
 * fit. Which of them have to be there the documentation says, not the types.
 */
export type Loosely<T> = T extends (infer E)[]
  ? Loosely<E>[]
  : T extends object
    ? { [K in keyof T]?: Loosely<T[K]> }
    : T;
