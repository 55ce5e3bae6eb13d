import type { PageState } from '../../../local/page/page-state.ts';

/** Looks at the page as a browser does, until what it shows is as wanted; the last thing shown is in the error when it never is. */
export async function untilShown(page: string, isWanted: (state: PageState) => boolean): Promise<PageState> {
  const looking = AbortSignal.timeout(15_000);
  const response = await fetch(`${page}events`, { signal: looking });
  let text = '';
  let last: PageState | null = null;
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        if (!event.startsWith('data: ')) continue;
        last = JSON.parse(event.slice(6)) as PageState;
        if (isWanted(last)) return last;
      }
    }
  } catch (thrown) {
    if (!looking.aborted) throw thrown;
  }
  throw new Error(`the page never showed it; last: ${JSON.stringify(last, null, 1)}`);
}

/** Presses a button, as the page's script does. */
export async function press(
  page: string,
  action: object,
): Promise<{ kind: string; text: string; html: string | null }> {
  const html = await (await fetch(page)).text();
  const token = /name="tapkeeper-token" content="([^"]+)"/.exec(html)?.[1] ?? '';
  const headers = { 'x-tapkeeper-token': token, 'content-type': 'application/json' };
  const response = await fetch(`${page}actions`, { method: 'POST', headers, body: JSON.stringify(action) });
  return (await response.json()) as { kind: string; text: string; html: string | null };
}

/** Presses a button that must do what it says. */
export async function pressWell(page: string, action: object): Promise<void> {
  const { kind, text } = await press(page, action);
  if (kind !== 'done') throw new Error(`${JSON.stringify(action)}: ${text}`);
}

/** The machine of that name, as the page shows it. */
export const findMachine = (state: PageState, title: string) =>
  state.clouds.flatMap(({ machines }) => machines).find((machine) => machine.title === title) ?? null;

/** How many attachments of ours the machine of that name has, provisioned. */
export const countOurs = (state: PageState, title: string): number =>
  (findMachine(state, title)?.interfaces ?? [])
    .flatMap(({ attachments }) => attachments)
    .filter(({ isOurs, state: how }) => isOurs && how === 'ready').length;
