/**
 * What remote work prints, on its way to the program that it belongs to.
 *
 * <p>Owns the queues between threads that print and the lanes, and the thread that prints at the
 * other end. Never makes user code wait, and never holds more than its bounds: what is too much is
 * dropped, counted and said.
 */
@NullMarked
package io.mobula.internal.output;

import org.jspecify.annotations.NullMarked;
