/** What is to be undone, last things first. */
export interface CleanUp {
  add(undo: () => unknown): void;
  /** Undoes everything, also when one part fails. */
  run(): Promise<void>;
}

export function createCleanUp(): CleanUp {
  const undos: (() => unknown)[] = [];
  return {
    add: (undo) => void undos.push(undo),
    async run() {
      for (const undo of undos.splice(0).reverse()) {
        try {
          await undo();
        } catch {
          // What is left is stopped all the same; the process ends after it.
        }
      }
    },
  };
}
