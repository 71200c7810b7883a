/** Where in a pattern its parser stands; each parsing function leaves it behind what it has read. */
export interface Cursor {
  readonly text: string;
  at: number;
}
