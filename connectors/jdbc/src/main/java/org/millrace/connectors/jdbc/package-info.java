/** Writes streams to tables of a database, each batch in one transaction and exactly once. */
package org.millrace.connectors.jdbc;
