import { type Command, JSON_FLAG } from './command.ts';
import { EXIT } from './exit-code.ts';
import { toHandovers } from './handover.ts';
import { printHandoverText } from './handover-text.ts';
import { look, LOOK_ARGS } from './look.ts';
import { paintFor } from './paint.ts';

/** Says how others' attachments that do what a rule wishes are handed over; hands none over itself. */
export const adopt: Command = {
  name: 'adopt',
  description:
    'Print the commands that hand over sessions and TAP configurations of others which do what a rule wishes; runs none of them',
  args: { ...LOOK_ARGS, ...JSON_FLAG },
  async run(given, io) {
    const looked = await look(given, io);
    const handovers = await toHandovers(looked);
    const { config, version } = looked.rules;
    const document = { version: 1, owner: config.owner, rulesVersion: version, scopes: handovers };
    io.out(
      given.flag('json')
        ? `${JSON.stringify(document, null, 2)}\n`
        : printHandoverText(handovers, paintFor(io.isOutTerminal, io.env)),
    );
    return handovers.some(({ incomplete }) => incomplete.length > 0) ? EXIT.incomplete : EXIT.nothingToDo;
  },
};
