/** A text in a path, encoded as little as the reference does it. */
export const inPath = (text: string): string =>
  encodeURIComponent(text).replace(/%(2F|3A|3B|3D|40|24|26|2B|2C)/g, (code) => decodeURIComponent(code));

/** A whole URL that others made, fit for a header: what stands in it encoded stays, and nothing is encoded twice. */
export const asUrl = (url: string): string =>
  url.replace(/[^\w/#%[\]=:;$&()+,!?*@'~.-]/gu, (character) =>
    encodeURIComponent(character.replace(/\p{Surrogate}/u, '\uFFFD')),
  );

/** A link that writes to an address. */
export const mailtoUrl = (address: string, subject?: string): string =>
  `mailto:${encodeURIComponent(address).replaceAll('%40', '@')}${subject === undefined ? '' : `?subject=${encodeURIComponent(subject)}`}`;
