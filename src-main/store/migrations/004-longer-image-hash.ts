/** Hashes four times as long: those of 003 took different cells for one. Made from the files again, so none is kept. */
export const sql = /* sql */ `
drop table image_hash;
-- hash: 64 hex digits; null for a picture without anything on it, or one that could not be read.
create table image_hash (
  image_id integer primary key references image (id) on delete cascade,
  hash text check (length(hash) = 64)
) strict;
`;
