/** What a stretch of text means; a view that can colour decides how that looks. */
export type Tone = 'title' | 'add' | 'change' | 'remove' | 'hold' | 'alarm' | 'faint';

/** Colour, passed in by whoever knows whether there is a terminal. */
export type Paint = (tone: Tone, text: string) => string;

export const unpainted: Paint = (_tone, text) => text;
