/** The text of bytes in UTF-8, without the mark that some editors begin it with. @throws TypeError for other bytes. */
export const decodeUtf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
