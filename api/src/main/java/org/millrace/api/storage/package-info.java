/** Where and how often received and kept data is stored. */
package org.millrace.api.storage;
