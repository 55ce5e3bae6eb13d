/**
 * Text that a terminal or a log shows and does not obey. Tag values reach the views, and whoever may tag must not be able to
 * move the cursor, recolour or rewrite what an operator reads: control and bidirectional characters become visible escapes.
 */
export const printable = (text: string): string =>
  text.replace(
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
