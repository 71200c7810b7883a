declare const brand: unique symbol;

/** A type that only the file which owns `Name` can make: `Brand<Shape, 'Permit'>`. */
export type Brand<Shape, Name extends string> = Shape & { readonly [brand]: Name };
