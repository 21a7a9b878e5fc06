/** Which labels came from a model, pixel by pixel, and the same in the journal. */
export const sql = /* sql */ `
-- Pixels whose label a model gave and nobody has changed or confirmed since: tiles of 0 and 1, stored as label tiles.
-- A tile that is not there has none, so that what people paint costs nothing. pixels: how many are 1.
create table model_tile (
  layer_id integer not null references layer (id) on delete cascade,
  ty integer not null,
  tx integer not null,
  pixels integer not null check (pixels > 0),
  bytes blob not null,
  primary key (layer_id, ty, tx)
) strict;
-- The state that is not in the image now, as with bytes; null: none.
alter table edit_tile add column model_bytes blob;
`;
