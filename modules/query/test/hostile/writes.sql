-- Writing files and databases.
COPY people TO '{dir}/out.csv'
COPY people TO '{dir}/out.parquet' (FORMAT parquet)
COPY people TO '{dir}/out.json' (FORMAT json)
COPY (SELECT * FROM people) TO '{dir}/out2.csv' (HEADER)
COPY (SELECT 1 AS a, 2 AS b) TO '{dir}/part' (FORMAT parquet, PARTITION_BY (a), OVERWRITE_OR_IGNORE)
COPY people TO '/dev/null' (FORMAT csv)
EXPORT DATABASE '{dir}/exported'
EXPORT DATABASE '{dir}/exported2' (FORMAT parquet)
ATTACH '{dir}/evil.db'
ATTACH '{dir}/evil.db' AS evil (TYPE duckdb)
ATTACH ':memory:' AS scratch
ATTACH IF NOT EXISTS '{dir}/other.db' AS other (READ_ONLY)
ATTACH '{dir}/evil.db' AS e; CREATE TABLE e.t AS SELECT * FROM people
ATTACH ':memory:' AS twin; COPY FROM DATABASE memory TO twin
SELECT 1; COPY people TO '{dir}/stacked.csv'
CREATE TABLE loot AS SELECT * FROM people; COPY loot TO '{dir}/loot.csv'
COPY loose FROM '{dir}/people.csv'
COPY (SELECT 'x' AS a) TO '{dir}/people.csv' (HEADER false)
