/** How images look, so that near-duplicates are noticed (core/leak-guard.ts). Made from the files, and made again. */
export const sql = /* sql */ `
-- hash: 16 hex digits; null for a picture without anything on it, or one that could not be read.
create table image_hash (
  image_id integer primary key references image (id) on delete cascade,
  hash text check (length(hash) = 16)
) strict;
`;
