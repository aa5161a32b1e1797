/**
 * Bound calls: a function and its arguments, copied at the moment of the call and decoded again
 * where the call runs.
 *
 * <p>{@code CallBinder} makes a {@code BoundCall}, and {@code CallCodec} takes it to another
 * process. Tasks and actor calls share this package. A bound call retains the objects that its
 * arguments refer to, from the call until its end; {@code HeldPart} knows the forms in which it
 * holds them.
 */
@NullMarked
package io.mobula.internal.call;

import org.jspecify.annotations.NullMarked;
