-- Listing goes through the memories of a cube kind by kind, in the order of their ids.
DROP INDEX versions_by_kind;
CREATE INDEX versions_by_kind ON versions (cube, kind, memory);
