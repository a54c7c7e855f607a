/** The application's page and its REST answers. */
package org.millrace.am.web;
