import type { Tags } from '../../shared/words.ts';

/** Something that a person wants to be there. */
export interface MachineWish {
  readonly name: string;
  readonly tags: Tags;
}

/**
 * Somebody who uses a cloud and does not know tapkeeper: what they do, they do over HTTP with their own name, as a console or a
 * command line would. Every method throws an Error that says what the cloud said.
 */
export interface Person {
  /** The new machine's id. */
  launch(wish: MachineWish): Promise<string>;
  tag(machine: string, name: string, value: string): Promise<void>;
  untag(machine: string, name: string): Promise<void>;
  stop(machine: string): Promise<void>;
  start(machine: string): Promise<void>;
  terminate(machine: string): Promise<void>;
  /** Takes an attachment away, whoever made it. */
  breakOff(attachment: string): Promise<void>;
  /** Attaches something of their own to an interface. */
  intrude(source: string): Promise<void>;
}
