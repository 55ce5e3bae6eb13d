/** Waits for a state of a cloud that tells of its changes. */
export function untilTrue(cloud: { onChange(listener: () => void): () => void }, isTrue: () => boolean): Promise<void> {
  if (isTrue()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = cloud.onChange(() => {
      if (!isTrue()) return;
      end();
      resolve();
    });
  });
}
