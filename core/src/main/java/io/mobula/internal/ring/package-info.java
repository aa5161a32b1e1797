/**
 * Rings of frames in shared memory between the processes of one host, and the doorbell that wakes
 * their reader.
 *
 * <p>Owns the files {@code bell} and {@code ring-N} of a store's directory;
 * {@code docs/memory-layout.md} describes each byte. A ring has one process that writes it and one
 * that reads it; the writer creates it. This package knows nothing of what a frame means, of
 * membership or of Akka.
 */
@NullMarked
package io.mobula.internal.ring;

import org.jspecify.annotations.NullMarked;
