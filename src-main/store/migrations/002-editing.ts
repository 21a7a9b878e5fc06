/** What editing needs: the journals, soft removal, notes, and the columns that the image list filters by. */
export const sql = /* sql */ `
-- A step of the project's own history: anything that is undone for the project rather than for one image.
-- change: JSON, its shape given by kind (store/project-history.ts). undone steps are what redo would do.
-- after_edit: the last edit of any image that came before it, so that both journals have one order.
create table project_edit (
  id integer primary key autoincrement,
  kind text not null check (kind in ('classes', 'split', 'group', 'note', 'done', 'remove-images', 'import-labels')),
  title text not null,
  change text not null,
  bytes integer not null,
  after_edit integer not null,
  undone integer not null default 0 check (undone in (0, 1)),
  created_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) strict;

-- Rebuilt, since names and contents need to be unique among the images that are there, not among the removed ones.
-- removed_by: the step that removed it; when that step is forgotten, the image goes for good.
-- name_key, search_text: the name in natural order, name and note in lower case (store/image-text.ts).
-- status: rank in IMAGE_STATUSES of store/image-list.ts.
create table image_new (
  id integer primary key autoincrement,
  name text not null,
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
  note text not null default '',
  acquisition text not null default '',
  done_at text,
  removed_by integer references project_edit (id) on delete cascade,
  name_key text not null,
  search_text text not null,
  labelled_pixels integer not null default 0,
  predicted integer not null default 0 check (predicted in (0, 1)),
  status integer not null generated always as (case
    when done_at is not null then 0
    when labelled_pixels >= width * height then 1
    when labelled_pixels > 0 then 2
    when predicted = 1 then 3
    else 4 end) virtual
) strict;
insert into image_new (id, name, relative_path, absolute_path, page, sha256, size_bytes, modified_ms, width, height,
    channels, alpha, type, pixel_size_um, group_name, split, added_at, name_key, search_text, labelled_pixels, predicted)
  select id, name, relative_path, absolute_path, page, sha256, size_bytes, modified_ms, width, height,
    channels, alpha, type, pixel_size_um, group_name, split, added_at, lower(name), lower(name),
    coalesce((select sum(counted.value) from layer, json_each(layer.pixels_by_value) counted
      where layer.image_id = image.id and layer.kind = 'semantic' and counted.key > 0), 0),
    exists (select 1 from prediction where prediction.image_id = image.id)
  from image;
-- Ids are never used again, those of images that are gone included.
delete from sqlite_sequence where name = 'image_new';
insert into sqlite_sequence (name, seq) select 'image_new', seq from sqlite_sequence where name = 'image';
drop table image;
alter table image_new rename to image;
create unique index image_by_name on image (name) where removed_by is null;
create unique index image_by_content on image (sha256, page) where removed_by is null;
-- With all that is filtered by, so that a search need not leave the index.
create index image_by_name_key on image (name_key, search_text, split, status, group_name) where removed_by is null;
-- Of ids alone: the whole list is read from a hundredth of the table.
create index image_listed on image (id) where removed_by is null;
create index image_by_status on image (status, split) where removed_by is null;
create index image_by_split on image (split) where removed_by is null;
create index image_by_group on image (group_name) where removed_by is null;
create index image_removed on image (removed_by) where removed_by is not null;

-- Which images have a class: kept by triggers, from the one truth in layer.pixels_by_value.
create table layer_class (
  value integer not null,
  layer_id integer not null references layer (id) on delete cascade,
  pixels integer not null,
  primary key (value, layer_id)
) strict, without rowid;
create index layer_class_by_layer on layer_class (layer_id);
insert into layer_class (value, layer_id, pixels)
  select counted.key, layer.id, counted.value from layer, json_each(layer.pixels_by_value) counted
  where layer.kind = 'semantic' and counted.value > 0;
create trigger layer_added after insert on layer when new.kind = 'semantic' begin
  insert into layer_class (value, layer_id, pixels)
    select key, new.id, value from json_each(new.pixels_by_value) where value > 0;
  update image set labelled_pixels = coalesce((select sum(value) from json_each(new.pixels_by_value) where key > 0), 0)
    where id = new.image_id;
end;
create trigger layer_counted after update of pixels_by_value on layer when new.kind = 'semantic' begin
  delete from layer_class where layer_id = new.id;
  insert into layer_class (value, layer_id, pixels)
    select key, new.id, value from json_each(new.pixels_by_value) where value > 0;
  update image set labelled_pixels = coalesce((select sum(value) from json_each(new.pixels_by_value) where key > 0), 0)
    where id = new.image_id;
end;
create trigger layer_removed after delete on layer when old.kind = 'semantic' begin
  update image set labelled_pixels = 0 where id = old.image_id;
end;
create trigger prediction_added after insert on prediction begin
  update image set predicted = 1 where id = new.image_id;
end;
create trigger prediction_removed after delete on prediction begin
  update image set predicted = exists (select 1 from prediction where image_id = old.image_id) where id = old.image_id;
end;

-- The label map reduced by 2^level, made when somebody looks (store/overviews.ts); a tile that changes takes along
-- those above it. bytes null: void.
create table overview_tile (
  layer_id integer not null references layer (id) on delete cascade,
  level integer not null check (level between 1 and 16),
  ty integer not null,
  tx integer not null,
  bytes blob,
  primary key (layer_id, level, ty, tx)
) strict;
create trigger tile_added after insert on tile begin
  delete from overview_tile where layer_id = new.layer_id and (level, ty, tx) in
    (select value, new.ty >> value, new.tx >> value from json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]'));
end;
create trigger tile_changed after update of bytes on tile begin
  delete from overview_tile where layer_id = new.layer_id and (level, ty, tx) in
    (select value, new.ty >> value, new.tx >> value from json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]'));
end;
create trigger tile_removed after delete on tile begin
  delete from overview_tile where layer_id = old.layer_id and (level, ty, tx) in
    (select value, old.ty >> value, old.tx >> value from json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]'));
end;

-- The journal holds of every edit the state that is not in the image now: before it, or after it once it is undone.
-- Nothing has written to these two tables before this step.
drop table edit_tile;
drop table edit;
create table edit (
  id integer primary key autoincrement,
  layer_id integer not null references layer (id) on delete cascade,
  -- The step of the project that this edit is a part of; it is undone and redone with that only.
  project_edit_id integer references project_edit (id) on delete cascade,
  title text not null,
  author text not null check (author in ('person', 'model', 'import')),
  undone integer not null default 0 check (undone in (0, 1)),
  pixels_by_value text not null,
  bytes integer not null default 0,
  created_at text not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) strict;
create index edit_by_layer on edit (layer_id, undone, id);
create index edit_by_project on edit (project_edit_id, layer_id) where project_edit_id is not null;
create table edit_tile (
  edit_id integer not null references edit (id) on delete cascade,
  ty integer not null,
  tx integer not null,
  bytes blob,
  primary key (edit_id, ty, tx)
) strict;

-- bytes: what both journals take, kept by triggers; when it is over the budget, the oldest steps are forgotten.
create table journal (
  id integer primary key check (id = 1),
  budget_bytes integer not null check (budget_bytes >= 0),
  bytes integer not null
) strict;
insert into journal (id, budget_bytes, bytes) values (1, 2000000000, 0);
create trigger edit_added after insert on edit begin update journal set bytes = bytes + new.bytes; end;
create trigger edit_sized after update of bytes on edit begin update journal set bytes = bytes + new.bytes - old.bytes; end;
create trigger edit_removed after delete on edit begin update journal set bytes = bytes - old.bytes; end;
create trigger project_edit_added after insert on project_edit begin update journal set bytes = bytes + new.bytes; end;
create trigger project_edit_removed after delete on project_edit begin update journal set bytes = bytes - old.bytes; end;
`;
