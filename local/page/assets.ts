import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packagePath } from '../package-root.ts';

/** The page as it is sent, and the policy that lets exactly its own style and script run. */
export interface Assets {
  html(token: string): string;
  readonly contentSecurityPolicy: string;
}

/** Reads the page's parts and makes one self-contained document of them. */
export function loadAssets(): Assets {
  const read = (name: string): string => readFileSync(packagePath(`local/page/assets/${name}`), 'utf8');
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
