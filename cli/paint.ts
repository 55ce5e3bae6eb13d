import colors from 'picocolors';
import { type Paint, type Tone, unpainted } from '../shared/print/paint.ts';

const { bold, cyan, dim, green, red, yellow } = colors.createColors(true);

const COLOURS: Readonly<Record<Tone, (text: string) => string>> = {
  title: bold,
  add: green,
  change: cyan,
  remove: red,
  hold: yellow,
  alarm: (text) => bold(red(text)),
  faint: dim,
};

/** Colour on a terminal, unless the user asked for none (https://no-color.org: any value that is not empty). */
export const paintFor = (isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint =>
  isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? (tone, text) => COLOURS[tone](text) : unpainted;
