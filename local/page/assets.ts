import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The page as it is sent, and the policy that lets exactly its own style and script run. */
export interface Assets {
  html(token: string): string;
  readonly contentSecurityPolicy: string;
}

/** Reads the page's parts and makes one self-contained document of them. */
export function loadAssets(): Assets {
  const directory = join(findPackageRoot(import.meta.dirname), 'local/page/assets');
  const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
  const body = read('page.html')
    .replace('/* style */', () => read('page.css'))
    .replace('/* script */', () => read('page.js'));
  return {
    html: (token) => body.replace('{{token}}', () => token),
    contentSecurityPolicy: [
      "default-src 'none'",
      `style-src '${digestOf(body, 'style')}'`,
      `script-src '${digestOf(body, 'script')}'`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

/** Of all that stands between the tags, white space too: a browser compares exactly that. */
function digestOf(html: string, element: string): string {
  const inner = new RegExp(`<${element}[^>]*>([^]*?)</${element}>`).exec(html)?.[1] ?? '';
  return `sha256-${createHash('sha256').update(inner).digest('base64')}`;
}

/** The folder of the repository, also from within a bundle: the nearest one above that holds the file. */
export function findPackageRoot(from: string): string {
  if (existsSync(join(from, 'local/page/assets/page.html'))) return from;
  const above = dirname(from);
  if (above === from) throw new Error('the files of the page are missing: run it in a clone of tapkeeper');
  return findPackageRoot(above);
}
