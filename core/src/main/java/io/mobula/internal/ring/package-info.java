/**
 * Rings of frames in shared memory between processes of one host, and what wakes their readers.
 *
 * <p>Owns the files {@code bell} and {@code ring-N} of a store's directory; each byte is in
 * {@code docs/memory-layout.md}. A ring has one process that writes and one that reads; the writer
 * makes it. Knows nothing of what a frame means, of membership or of Akka.
 */
@NullMarked
package io.mobula.internal.ring;

import org.jspecify.annotations.NullMarked;
