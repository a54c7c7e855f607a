/** What inputs hand to programs besides plain records. */
package org.millrace.api.input;
