/** Folders that are segmented with a model of the project, and how far each file of them is. */
export const sql = /* sql */ `
-- Of the first version; nothing was ever written to them.
drop table batch_item;
drop table batch;
create table batch (
  id integer primary key autoincrement,
  -- Null once the model was deleted; its name stays.
  run_id integer references run (id) on delete set null,
  run_name text not null,
  -- Absolute paths.
  input text not null,
  output text not null,
  -- What else decides the results, as JSON.
  options text not null,
  -- A few files only, to look at.
  trial integer not null check (trial in (0, 1)),
  state text not null check (state in ('running', 'paused', 'stopped', 'finished', 'failed')),
  error text,
  created_at text not null,
  ended_at text
) strict;
create table batch_file (
  batch_id integer not null references batch (id) on delete cascade,
  -- In the order of the folder, from 0.
  place integer not null,
  -- Absolute, and as it is shown: relative to the folder.
  path text not null,
  input text not null,
  -- The masks, relative to the output folder, as JSON.
  masks text not null default '[]',
  state text not null check (state in ('waiting', 'done', 'failed')),
  sha256 text,
  error text,
  -- How it differs from what the model was trained on, as JSON.
  warnings text not null default '[]',
  seconds real,
  primary key (batch_id, place)
) strict, without rowid;
create index batch_file_by_state on batch_file (batch_id, state, place);
`;
