/**
 * Objects by id: what is still to come, what is kept inline in the heap, what is sealed in shared
 * memory; who waits for it; and when nobody holds it any more.
 *
 * <p>In one process the garbage collector is the reference count: an object is held by its refs, by
 * arguments that wait and by values that contain it, all of them plain references. Explicit counts
 * only let the last {@code close} free early. Of user code it runs only what a value brings for its
 * own encoding.
 */
@NullMarked
package io.mobula.internal.store;

import org.jspecify.annotations.NullMarked;
