/**
 * Objects that more than one process knows: how refs and values leave this process and come in, and
 * how a value that is elsewhere is found and brought.
 *
 * <p>Owns the table of shared objects of this node and the frames about them. Knows nothing of
 * tasks and actors.
 */
@NullMarked
package io.mobula.internal.sharing;

import org.jspecify.annotations.NullMarked;
