/**
 * Forwarding of output: the lines that work prints on other nodes travel to its driver.
 *
 * <p>{@link io.mobula.internal.output.OutputCapture} intercepts the standard streams, an
 * {@link io.mobula.internal.output.OutputChannel} per driver limits and sends the lines, and the
 * driver's {@link io.mobula.internal.output.OutputPrinter} prints them. The package owns the queues
 * between threads that print and the transport, and the thread that prints at the other end. It
 * never makes user code wait, and its memory is bounded: excess lines are dropped, counted and
 * reported.
 */
@NullMarked
package io.mobula.internal.output;

import org.jspecify.annotations.NullMarked;
