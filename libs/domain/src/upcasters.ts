/**
 * For an event type: how its data of schema version n (the key) becomes that of n + 1. None so far: every type is as it
 * was first written. Whoever reads the log is given these.
 */
export const upcasters: { [type: string]: { [from: number]: (data: any) => object } } = {};
