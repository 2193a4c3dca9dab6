import { v5 as uuidOf } from 'uuid';

/** This service towards tools: its address, and the name of the learning platform. */
export type Platform = { url: string; name: string };

/** The resource link of a generation of an exam. Another provider means another generation, so links never clash. */
export const resourceLinkOf = ({ url }: Platform, generationId: number): string =>
  uuidOf(`${url}/exams/${generationId}`, uuidOf.URL);

/** The same name gives the same id. */
export const platformIdOf = ({ name }: Platform): string => uuidOf(name, uuidOf.DNS);
