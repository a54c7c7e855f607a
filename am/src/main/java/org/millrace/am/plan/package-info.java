/** From a graph of datasets and an action to stages, templates and tasks. */
package org.millrace.am.plan;
