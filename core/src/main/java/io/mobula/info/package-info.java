/**
 * Information about nodes: the processes of a cluster, their accelerators, the frame traffic
 * between them, and reports of why something waits.
 *
 * <p>Immutable records that describe one moment; nothing here changes anything.
 */
@NullMarked
package io.mobula.info;

import org.jspecify.annotations.NullMarked;
