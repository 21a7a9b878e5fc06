/** The first schema. Never edited once a release has written files with it: a change is a new migration. */
export const sql = /* sql */ `
create table project (
  id integer primary key check (id = 1),
  name text not null,
  created_at text not null
) strict;

-- Ids are never used again (autoincrement), so that nothing left behind can attach to another image.
create table image (
  id integer primary key autoincrement,
  name text not null unique,
  relative_path text not null,
  absolute_path text not null,
  page integer not null check (page >= 0),
  sha256 text not null check (length(sha256) = 64),
  size_bytes integer not null,
  modified_ms real not null,
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  channels integer not null check (channels > 0),
  alpha integer not null check (alpha in (0, 1)),
  type text not null,
  pixel_size_um real,
  group_name text not null,
  split text check (split in ('train', 'val', 'test')),
  added_at text not null,
  unique (sha256, page)
) strict;

create table class (
  value integer primary key check (value between 1 and 254),
  name text not null unique,
  color text not null
) strict;

-- pixels_by_value: JSON array, pixels of each label value from 0 on, so that nobody decodes tiles to count.
create table layer (
  id integer primary key autoincrement,
  image_id integer not null references image (id) on delete cascade,
  kind text not null check (kind in ('semantic', 'instance')),
  dtype text not null check (dtype in ('uint8', 'uint16', 'uint32')),
  version integer not null,
  pixels_by_value text not null,
  unique (image_id, kind)
) strict;

-- A tile that is missing is void everywhere.
create table tile (
  layer_id integer not null references layer (id) on delete cascade,
  ty integer not null check (ty >= 0),
  tx integer not null check (tx >= 0),
  version integer not null,
  bytes blob not null,
  primary key (layer_id, ty, tx)
) strict;

create table edit (
  id integer primary key autoincrement,
  layer_id integer not null references layer (id) on delete cascade,
  title text not null,
  author text not null check (author in ('person', 'model', 'import')),
  undone integer not null default 0 check (undone in (0, 1)),
  created_at text not null
) strict;
create index edit_by_layer on edit (layer_id, id);

-- before / after: a tile's bytes, or null for a void tile.
create table edit_tile (
  edit_id integer not null references edit (id) on delete cascade,
  ty integer not null,
  tx integer not null,
  before blob,
  after blob,
  primary key (edit_id, ty, tx)
) strict;

create table run (
  id integer primary key autoincrement,
  name text not null unique,
  state text not null check (state in ('waiting', 'running', 'finished', 'stopped', 'failed')),
  folder text not null,
  settings text not null,
  created_at text not null,
  ended_at text,
  result text,
  best_score real
) strict;

create table metric (
  run_id integer not null references run (id) on delete cascade,
  kind text not null check (kind in ('step', 'epoch')),
  step integer not null,
  epoch integer not null,
  loss real,
  learning_rate real not null,
  val text,
  primary key (run_id, kind, step)
) strict, without rowid;

create table prediction (
  image_id integer not null references image (id) on delete cascade,
  run_id integer not null references run (id) on delete cascade,
  sha256 text not null,
  labels blob not null,
  confidence blob,
  created_at text not null,
  primary key (image_id, run_id)
) strict;

create table batch (
  id integer primary key autoincrement,
  run_id integer references run (id) on delete set null,
  state text not null check (state in ('waiting', 'running', 'finished', 'stopped', 'failed')),
  output_folder text not null,
  settings text not null,
  created_at text not null
) strict;

create table batch_item (
  batch_id integer not null references batch (id) on delete cascade,
  position integer not null,
  path text not null,
  sha256 text,
  state text not null check (state in ('waiting', 'done', 'failed')),
  elapsed_ms real,
  error text,
  primary key (batch_id, position)
) strict;
`;
