/** The immutable logical graph that a program builds and an engine plans. */
package org.millrace.api.graph;
