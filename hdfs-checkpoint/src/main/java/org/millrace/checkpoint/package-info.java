/** What survives: logs, snapshots, atomic publish and fencing. */
package org.millrace.checkpoint;
