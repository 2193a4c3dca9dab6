/** Encodes a text for a path. It leaves the same characters as the reference does. */
export const inPath = (text: string): string =>
  encodeURIComponent(text).replace(/%(2F|3A|3B|3D|40|24|26|2B|2C)/g, (code) => decodeURIComponent(code));

/** Encodes a whole URL from outside for a header. Parts that are encoded already stay as they are. */
export const asUrl = (url: string): string =>
  url.replace(/[^\w/#%[\]=:;$&()+,!?*@'~.-]/gu, (character) =>
    encodeURIComponent(character.replace(/\p{Surrogate}/u, '\uFFFD')),
  );

export const mailtoUrl = (address: string, subject?: string): string =>
  `mailto:${encodeURIComponent(address).replaceAll('%40', '@')}${subject === undefined ? '' : `?subject=${encodeURIComponent(subject)}`}`;
