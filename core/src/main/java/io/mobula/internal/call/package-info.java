/**
 * A function and its arguments, copied at the moment of the call and made into values again where
 * it runs.
 *
 * <p>Shared by tasks and actor calls. Owns the holds on what the arguments refer to, from the call
 * until its end.
 */
@NullMarked
package io.mobula.internal.call;

import org.jspecify.annotations.NullMarked;
