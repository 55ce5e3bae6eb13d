import type { Plugin } from 'esbuild';

/** A module of a package that our calls never reach. */
export interface Unreached {
  readonly path: RegExp;
  /** What others import from it. A new name fails the build, so that somebody looks at it. */
  readonly exports: readonly string[];
  readonly why: string;
}

/** Loaded only for operations that stream; the EC2 and SQS operations that are called do not. It holds 20 kB. */
export const EVENT_STREAMS: Unreached = {
  path: /@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]event-streams[\\/]index\.js$/,
  exports: ['EventStreamSerde', 'eventStreamSerdeProvider'],
  why: 'no operation that is called streams events',
};

/** A compiled checksum for the contents of blobs; a queue has none, and the blobs that are written are empty. It holds 83 kB. */
export const BLOB_CHECKSUM: Unreached = {
  path: /@azure[\\/]storage-common[\\/]dist[\\/]esm[\\/]crc64\.js$/,
  exports: ['default'],
  why: 'no contents are sent that have a checksum',
};

/** Another format for lists of blobs, with a package for tables of columns: 240 kB. Lists come as XML unless they are asked for so. */
export const BLOB_LIST_TABLES: Unreached = {
  path: /@azure[\\/]storage-blob[\\/]dist[\\/]esm[\\/]utils[\\/]blobListArrowParser\.js$/,
  exports: ['parseBlobListArrowResponse'],
  why: 'no list of blobs is asked for in that format',
};

const toStub = ({ exports, why }: Unreached): string =>
  exports
    .map(
      (name) =>
        `export ${name === 'default' ? name : `const ${name} =`} () => { throw new Error('left out of the bundle: ${why}'); };`,
    )
    .join('\n');

/** Puts in the place of a module one that throws when it is called. Fails a build that no longer has the module. */
export const leaveOut = (unreached: Unreached): Plugin => ({
  name: 'leave-out',
  setup(build) {
    let isMet = false;
    build.onLoad({ filter: unreached.path }, () => {
      isMet = true;
      return { contents: toStub(unreached), loader: 'js' };
    });
    build.onEnd(() =>
      isMet ? null : { errors: [{ text: `leave-out: ${unreached.path} was not met; is it still needed?` }] },
    );
  },
});

/** Keeps of an AWS client's package.json what the client reads: its version. */
export const clientVersionOnly: Plugin = {
  name: 'client-version-only',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk[\\/]client-[a-z0-9-]+[\\/]package\.json$/ }, async ({ path }) => {
      const { default: manifest } = (await import(path, { with: { type: 'json' } })) as {
        default: { version: string };
      };
      return { contents: JSON.stringify({ version: manifest.version }), loader: 'json' };
    });
  },
};
