-- Who asks, from where, in which transaction: names of the engine's own that mean nothing here.
SELECT user
SELECT current_user
SELECT session_user
SELECT current_role
SELECT current_catalog
SELECT current_schema
SELECT current_user()
SELECT session_user()
SELECT current_database()
SELECT current_schema()
SELECT current_schemas(true)
SELECT current_query()
SELECT current_connection_id()
SELECT current_query_id()
SELECT current_transaction_id()
SELECT txid_current()
SELECT in_search_path('memory', 'main')
SELECT id, current_user FROM people
SELECT count(*) FROM people GROUP BY current_query()
SELECT id FROM people WHERE current_database() = 'memory'
SELECT id FROM people ORDER BY current_query()
SELECT nextval('counter')
SELECT currval('counter')
SELECT getvariable('secret')
SELECT pg_postmaster_start_time()
SELECT inet_client_addr()
