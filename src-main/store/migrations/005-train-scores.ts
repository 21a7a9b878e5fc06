/** Scores on training images beside those on held-out ones, so that learning by heart is seen in the curves. */
export const sql = /* sql */ `
-- JSON as val; null when no training image was scored.
alter table metric add column train text;
`;
