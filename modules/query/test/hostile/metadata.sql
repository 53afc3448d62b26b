-- Looking at the engine's own catalogue, statistics and state.
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_tables()
SELECT * FROM duckdb_tables
SELECT sql FROM duckdb_views()
SELECT sql FROM duckdb_views
SELECT * FROM duckdb_columns()
SELECT * FROM duckdb_columns
SELECT * FROM duckdb_databases()
SELECT * FROM duckdb_schemas()
SELECT * FROM duckdb_functions()
SELECT * FROM duckdb_types()
SELECT * FROM duckdb_indexes()
SELECT * FROM duckdb_sequences()
SELECT * FROM duckdb_constraints()
SELECT * FROM duckdb_dependencies()
SELECT * FROM duckdb_extensions()
SELECT * FROM duckdb_keywords()
SELECT * FROM duckdb_optimizers()
SELECT * FROM duckdb_secrets()
SELECT * FROM duckdb_memory()
SELECT * FROM duckdb_temporary_files()
SELECT * FROM duckdb_external_file_cache()
SELECT * FROM duckdb_logs()
SELECT * FROM duckdb_log_contexts()
SELECT * FROM duckdb_variables()
SELECT * FROM duckdb_prepared_statements()
SELECT * FROM duckdb_connection_count()
SELECT * FROM duckdb_approx_database_count()
SELECT * FROM duckdb_secret_types()
SELECT * FROM sqlite_master
SELECT * FROM sqlite_schema
SELECT * FROM information_schema.tables
SELECT * FROM information_schema.columns
SELECT * FROM information_schema.schemata
SELECT * FROM pg_catalog.pg_class
SELECT * FROM pg_catalog.pg_attribute
SELECT * FROM pg_class
SELECT * FROM pg_tables
SELECT * FROM pg_settings
SELECT * FROM pragma_version()
SELECT * FROM pragma_platform()
SELECT * FROM pragma_user_agent()
SELECT * FROM pragma_database_size()
SELECT * FROM pragma_database_list
SELECT * FROM pragma_table_info('people')
SELECT * FROM pragma_show('people')
SELECT * FROM pragma_storage_info('loose')
SELECT * FROM pragma_metadata_info()
SELECT * FROM pragma_collations()
SELECT * FROM icu_calendar_names()
SELECT * FROM pg_timezone_names()
SELECT stats(name) FROM people
SELECT stats(id) FROM people
SELECT region, count(*) FROM people GROUP BY region, stats(id)
SELECT id FROM people ORDER BY stats(name)
SHOW TABLES
SHOW ALL TABLES
SHOW DATABASES
SHOW SCHEMAS
DESCRIBE
DESCRIBE duckdb_tables
SUMMARIZE duckdb_tables
SELECT file_row_number FROM '{dir}/people.parquet'
SELECT pg_get_viewdef(1)
SELECT pg_get_constraintdef(1)
SELECT obj_description(1, 'pg_class')
SELECT has_table_privilege('people', 'SELECT')
